"""Batches of many households: tables from Excel or CSV, files to and from the bank.

Belongs here: what stands in such files and how it fits a table of a form.
Does not: the child cases themselves, which are opened like all others.
"""

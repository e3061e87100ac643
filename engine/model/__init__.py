"""What the product speaks of: frozen dataclasses on the standard library alone.

No XML, no database, no web page is known here.
"""

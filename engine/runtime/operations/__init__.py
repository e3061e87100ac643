"""What officers do with work items and cases besides claiming and completing.

Every operation is one transaction, one judgement of who may do it, one entry in
the journal. What people write goes to remarks; the journal has their digests.
"""

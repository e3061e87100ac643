"""Data, not code: the BPMN file of every item and the shared tables beside them."""

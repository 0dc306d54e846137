class Failed(Exception):
    """A run or its preparation failed; the message says what to do."""

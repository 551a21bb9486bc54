"""What is new in a record since the reader's organisation last had contact, or since she herself last looked."""

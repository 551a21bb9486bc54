"""Other systems: how they reach the record and how it reaches them.

Each is one more way into the same rooms: none has a store, a rule or an access check of its own.
"""

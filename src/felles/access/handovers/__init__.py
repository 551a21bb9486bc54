"""Hand-overs: whatever is sent or promised has one state, one owner and one next date until a person has ended it.

kinds    what may be handed over, how long each waits, and to whom it goes when nobody comes. Data
states   what an entry says of its hand-over, and what follows from that. Pure
hours    when an inbox is open, and moments counted by its hours. Pure
guard    what may be made of a hand-over, whoever writes it. Pure
hook     the row of each, in the commit that writes its entry
keeper   what nobody came for goes on; what has lost its owner gets another
"""

"""The clinical domains, one folder each, all of the same shape.

    codes.py    the codes and profiles it owns
    rules.py    pure decisions (what is current, what is wrong, what follows)
    actions.py  the verbs: take a Grant and input, commit changes
    views.py    what a page needs, read in as few queries as possible
    staff.py, citizen.py and templates/   its pages

A domain has the files it needs of these. It is registered by one line in `domains.py`.
"""

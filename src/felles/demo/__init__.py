"""A synthetic region: invented people, staff and organisations, made by code, the same for the same seed and day.

Municipalities are those of Central Norway; everything else is made up. Identity numbers are synthetic (month + 80),
organisation numbers begin with 3, as Skatteetaten's do.
"""

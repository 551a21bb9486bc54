"""The first page: what Felles is and signing in; for staff the people they follow."""

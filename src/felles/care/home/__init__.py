"""A citizen's first page: what comes next, whom to ring, what is agreed, what is new, who looked."""

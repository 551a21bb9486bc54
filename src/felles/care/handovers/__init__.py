"""Hand-overs: what needs me, what I sent and where it is, and what a person does with one of them."""

"""Ways in that are not a care relation: a stated need, an emergency, the person's consent."""

"""Norwegian identifiers and code systems, as HL7 Norway's base profiles name them. Pure."""

"""The FHIR door: R4 over HTTP, one module for each interaction, all of the same shape.

    request -> app (limits, negotiation, who) -> routing -> interaction.answer(call) -> Reply

An interaction module has an `INTERACTION` that says what it is (the capability statement is made from
these) and an `answer(call)` that returns a `Reply` or raises; every error becomes an OperationOutcome in
`outcomes.py` and nowhere else. Bodies of entries pass through as the store gives them: nothing on the
reading path parses JSON.
"""

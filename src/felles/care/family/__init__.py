"""Who is around the person: next of kin, who may be told what, GP and municipality, who acts, how she lives."""

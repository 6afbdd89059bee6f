"""Every form that leaves memory: schemas, envelopes, files, code lists. No input or output here."""

"""Packs for boards: one content, written as a page and as a document, in two editions."""

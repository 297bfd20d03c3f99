"""What members present at the reader: cards and fobs."""

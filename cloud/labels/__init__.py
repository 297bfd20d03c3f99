"""What people are sorted by: tags, card types, advertising sources, reasons for contact."""

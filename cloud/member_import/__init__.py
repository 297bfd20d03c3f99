"""Members from a CSV or XLSX file, with a report by line."""

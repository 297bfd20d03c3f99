"""The CRM service: one package a noun, one transaction a request. See README.md."""

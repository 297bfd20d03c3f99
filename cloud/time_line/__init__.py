"""One time line of a person: everything that any noun has to tell of them, with who and when."""

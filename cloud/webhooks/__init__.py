"""Other programs are told what happens: signed messages over HTTPS, tried again until they are taken, or given up."""

"""How the members of a site stand: active fees, balance to use, lessons left; each figure is a list of people."""

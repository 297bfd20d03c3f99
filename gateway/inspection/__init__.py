"""Looking into a gateway from its own command line: members, journal, virtual taps, exports, a bundle for support."""

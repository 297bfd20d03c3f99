"""What gateway and cloud say to each other over MQTT: topics, messages, codec, signatures, digest. No I/O.

Time, keys and random bytes are arguments; the two sides meet here and nowhere else.
"""

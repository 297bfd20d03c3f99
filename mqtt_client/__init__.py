"""The one door to aiomqtt, for the gateway and for the cloud: a connection that says what really happened."""

"""OSDP readers on a serial port, in the gateway (`bus`) and under the hands of an installer (`bench`)."""

"""On the device: releases beside each other, one in force, and the way back. Standard library alone."""

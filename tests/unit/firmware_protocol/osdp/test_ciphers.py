from firmware_protocol.osdp.ciphers import decrypt_cbc, encrypt_block, encrypt_cbc, is_equal


def test_a_block_is_encrypted_as_fips_197_says() -> None:
    # FIPS 197, appendix C.1.
    key, plain = bytes(range(16)), bytes.fromhex("00112233445566778899aabbccddeeff")
    assert encrypt_block(key, plain).hex() == "69c4e0d86a7b0430d8cdb78070b4c55a"


def test_chained_blocks_are_encrypted_as_sp_800_38a_says() -> None:
    # NIST SP 800-38A, F.2.1, first two blocks.
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    plain = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")
    cipher = encrypt_cbc(key, bytes(range(16)), plain)
    assert cipher.hex() == "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
    assert decrypt_cbc(key, bytes(range(16)), cipher) == plain


def test_comparison_is_exact() -> None:
    assert is_equal(b"abcd", b"abcd")
    assert not is_equal(b"abcd", b"abce")

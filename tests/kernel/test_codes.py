from citemetiers.kernel import codes


def test_new_reference_avoids_signs_that_sound_or_look_alike() -> None:
    references = {codes.new_reference() for _ in range(500)}

    assert len(references) > 490
    assert not set("".join(references)) & set("0O1I")
    assert {len(reference) for reference in references} == {codes.REFERENCE_LENGTH}


def test_secret_for_is_the_same_for_one_record_and_differs_for_another() -> None:
    secret = codes.secret_for("appointment", "a")

    assert codes.secret_for("appointment", "a") == secret
    assert codes.secret_for("appointment", "b") != secret
    assert codes.secret_for("other", "a") != secret


def test_secret_for_changes_with_the_key_of_the_portal(settings) -> None:
    before = codes.secret_for("appointment", "a")
    settings.SECRET_KEY = "another key of the portal, long enough to be one"

    assert codes.secret_for("appointment", "a") != before


def test_fingerprint_does_not_hold_the_secret() -> None:
    secret = codes.secret_for("appointment", "a")

    assert secret not in codes.fingerprint(secret)
    assert len(codes.fingerprint(secret)) == 64


def test_fingerprint_takes_any_text_of_an_address() -> None:
    assert codes.fingerprint("\ud800 é") != codes.fingerprint("é")

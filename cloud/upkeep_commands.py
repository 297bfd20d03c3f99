"""What the commands of those who keep the service running do: check, backup, restore."""

import argparse
import json
import os
import sys
from dataclasses import asdict

from sqlalchemy import make_url

from cloud.backup import restoring, saving
from cloud.checking import check as find_all
from cloud.settings import SettingsError, read_settings


class CheckFailedError(Exception):
    """Something that the service needs is not there; the findings have been told."""


def check(options: argparse.Namespace) -> None:
    """Tell every finding.

    Raises:
        SettingsError: the settings cannot be used.
        CheckFailedError: something else failed.
    """
    findings = find_all(os.environ)
    failed = [finding for finding in findings if finding.verdict == "failed"]
    if options.json:
        told = {"is_fine": not failed, "findings": [asdict(finding) for finding in findings]}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(f"{each.verdict:<8} {each.name}: {each.text}\n" for each in findings)
    if any(finding.name == "settings" for finding in failed):
        raise SettingsError(f"{len(failed)} mistakes in the settings")
    if failed:
        raise CheckFailedError(", ".join(finding.name for finding in failed) + " failed")


def backup(options: argparse.Namespace) -> None:
    """Write the whole database to a file."""
    settings = read_settings(os.environ)
    saved = saving.save(make_url(settings.database_url), options.file, may_replace=options.force)
    if options.json:
        sys.stdout.write(json.dumps({"file": str(saved.path), "size_bytes": saved.size_bytes}) + "\n")
    else:
        sys.stdout.write(f"{saved.path}: {saved.size_bytes} bytes\n")


def restore(options: argparse.Namespace) -> None:
    """Put a backup in the place of the database."""
    settings = read_settings(os.environ)
    url = make_url(settings.database_url)
    restored = restoring.restore(options.file, url, settings.secret, may_replace=options.force)
    if options.json:
        sys.stdout.write(json.dumps(asdict(restored)) + "\n")
        return
    broken = restored.broken_audit_seq
    audit = "the audit log is whole" if broken is None else f"THE AUDIT LOG WAS ALTERED at entry {broken}"
    sys.stdout.write(
        f"restored: {restored.sites} sites, {restored.members} members, {restored.events} access events; {audit}\n"
    )

"""The part and what is around it: zip, age, OpenPGP, bag, checksums, signature."""

import hashlib
import io
import os
import shutil
import tempfile
import warnings
import zipfile

from sample import IDENTITY, hashed, hashes_below

JDK, COMMONS = "java:JDK", "debian:libcommons-compress-java"
STREAM = "from a pipe"


def lines(bench, sample):
    by_directory(bench, sample)
    from_a_pipe(bench, sample)
    sealed(bench, sample)
    if not bench.short:
        sealed_with_openpgp(bench, sample)
    checksums(bench, sample)


def by_directory(bench, sample):
    """Readers that begin at the end of the archive, with its directory."""
    part, truth = sample.part, sample.files

    def unpacked(*command):
        folder = bench.scratch("unpacked")
        bench.run(*[word.format(part=part, folder=folder) for word in command])
        return hashes_below(folder)

    def line(tool, read, how="from a file"):
        bench.line("part (zip)", tool, truth, read, how)

    line("debian:unzip", lambda: unpacked("unzip", "-q", "{part}", "-d", "{folder}"))
    line("debian:libarchive-tools", lambda: unpacked("bsdtar", "-xf", "{part}", "-C", "{folder}"))
    line("debian:7zip", lambda: unpacked("7zz", "x", "-y", "-o{folder}", "{part}"))
    for name in ("yauzl", "adm-zip", "jszip", "node-stream-zip", "@zip.js/zip.js"):
        line(f"node:{name}", lambda name=name: bench.node("read.mjs", name, part))
    line(JDK, lambda: jdk(bench, "ZipFile", part), "ZipFile, from a file")
    line(COMMONS, lambda: commons(bench, "ZipFile", part), "ZipFile, from a file")


def from_a_pipe(bench, sample):
    """Readers that never see the directory: what a Java intake or a web server does with what it is sent."""
    part, truth = sample.part, sample.files
    whole = part.read_bytes()

    def stream_unzip():
        import stream_unzip as library
        found = {}
        for name, _, chunks in library.stream_unzip(io.BytesIO(whole)):
            digest = hashlib.sha256()
            for chunk in chunks:
                digest.update(chunk)
            found[name.decode()] = digest.hexdigest()
        return found

    def bsdtar():
        folder = bench.scratch("unpacked")
        bench.run("bsdtar", "-xf", "-", "-C", folder, given=whole)
        return hashes_below(folder)

    def first_entry():
        """funzip gives the first entry and no more."""
        return hashlib.sha256(bench.run("funzip", given=whole)).hexdigest()

    def line(tool, truth, read, how=STREAM):
        bench.line("part (zip)", tool, truth, read, how)

    line(JDK, truth, lambda: jdk(bench, "ZipInputStream", part), "ZipInputStream, " + STREAM)
    line(COMMONS, truth, lambda: commons(bench, "ZipArchiveInputStream", part), "ZipArchiveInputStream, " + STREAM)
    line("python:stream-unzip", truth, stream_unzip)
    line("debian:libarchive-tools", truth, bsdtar)
    line("debian:unzip", truth[first_name(part)], first_entry, "funzip, " + STREAM)
    for name in ("unzipper", "fflate"):
        line(f"node:{name}", truth, lambda name=name: bench.node("read.mjs", name, part))


def first_name(part):
    with zipfile.ZipFile(part) as archive:
        return next(entry.filename for entry in archive.infolist() if not entry.is_dir())


def jdk(bench, way, part):
    """Parts.java prints a hash and a name for each file."""
    return printed(bench.run("java", "-cp", bench.java("Parts"), "Parts", way, part))


def commons(bench, way, part):
    """The same with commons-compress, which comes with Debian."""
    bench.java("Parts")
    path = bench.java("CommonsParts", "/usr/share/java/commons-compress.jar")
    return printed(bench.run("java", "-cp", path, "CommonsParts", way, part))


def printed(said):
    return {name: value for value, name in (line.split("  ", 1) for line in said.decode().splitlines())}


def sealed(bench, sample):
    """The part as it leaves us, opened with the vendor's key."""
    truth = hashed(sample.part)

    def age():
        opened = bench.work / "opened.zip"
        bench.run("age", "-d", "-i", IDENTITY, "-o", opened, sample.sealed)
        return hashed(opened)

    def pyrage():
        import pyrage as library
        key = next(line for line in IDENTITY.read_text().splitlines() if line.startswith("AGE-SECRET-KEY"))
        opened = library.decrypt(sample.sealed.read_bytes(), [library.x25519.Identity.from_str(key)])
        return hashlib.sha256(opened).hexdigest()

    bench.line("part (age)", "debian:age", truth, age)
    bench.line("part (age)", "python:pyrage", truth, pyrage)
    bench.line("part (age)", "node:age-encryption", truth,
               lambda: bench.node("read.mjs", "age-encryption", sample.sealed, IDENTITY))


def sealed_with_openpgp(bench, sample):
    """The same part for a vendor with an OpenPGP key, which GnuPG made: by tools of four families."""
    # A path of its own each time: an agent of an earlier run may still hold the old one.
    with tempfile.TemporaryDirectory() as home:
        opened_with_openpgp(bench, sample, home)
        bench.run("gpgconf", "--homedir", home, "--kill", "all")


def opened_with_openpgp(bench, sample, home):
    gpg = ("gpg", "--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "")
    bench.run(*gpg, "--quick-generate-key", "vendor@example.org", "default", "default", "never")
    public, secret = bench.work / "vendor.asc", bench.work / "vendor-secret.asc"
    public.write_bytes(bench.run(*gpg, "--armor", "--export"))
    secret.write_bytes(bench.run(*gpg, "--armor", "--export-secret-keys"))
    part = sample.sealed_to(public)
    opened = bench.work / "opened.zip"

    def by(*command, given=None):
        opened.unlink(missing_ok=True)
        said = bench.run(*command, given=given)
        return hashed(opened) if opened.exists() else hashlib.sha256(said).hexdigest()

    def pysequoia():
        import pysequoia as library
        key = library.Cert.from_file(str(secret)).secrets.decryptor()
        return hashlib.sha256(library.decrypt(part.read_bytes(), decryptor=key).bytes).hexdigest()

    def pgpy():
        warnings.simplefilter("ignore")  # of old ciphers, which are not used
        import pgpy as library
        key, _ = library.PGPKey.from_file(str(secret))
        plain = key.decrypt(library.PGPMessage.from_file(str(part))).message
        return hashlib.sha256(bytes(plain)).hexdigest()

    def by_gpg():
        bench.run(*gpg, "--yes", "--output", plain, "--decrypt", part)
        with zipfile.ZipFile(plain) as archive:
            return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist() if name in letters}

    def line(tool, read):
        bench.line("part (OpenPGP)", tool, hashed(plain), read)

    # The delivery note says how to open a part, so only the letters are those of the part for age. What GnuPG made of it is
    # the truth of the others.
    plain = bench.work / "opened-by-gpg.zip"
    letters = {name: value for name, value in sample.files.items() if "/print/" in name or name.endswith("manifest.csv")}
    bench.line("part (OpenPGP)", "debian:gpg", letters, by_gpg)
    line("debian:sq", lambda: by("sq", "decrypt", "--recipient-key", secret, "--output", opened, part))
    line("debian:sqop", lambda: by("sqop", "decrypt", secret, given=part.read_bytes()))
    line("debian:pgpainless-cli", lambda: by("pgpainless-cli", "decrypt", secret, given=part.read_bytes()))
    line("python:pysequoia", pysequoia)
    line("python:PGPy", pgpy)
    line("node:openpgp", lambda: bench.node("read.mjs", "openpgp", part, secret))


def checksums(bench, sample):
    """The lists of checksums outside and inside, the bag, the signature. The truth of each is `everything agrees`."""
    sums = sample.outbox / f"{sample.job}.SHA256SUMS"

    def agrees(*command, folder):
        here = os.getcwd()
        os.chdir(folder)
        try:
            bench.run(*command)
        finally:
            os.chdir(here)
        return True

    for tool, command in (("debian:coreutils", "sha256sum -c"), ("debian:perl", "shasum -a 256 -c"),
                          ("debian:busybox", "busybox sha256sum -c")):
        words = command.split()
        bench.line("SHA256SUMS", tool, True, lambda: agrees(*words, sums.name, folder=sample.outbox), command)
        bench.line("bag", tool, True, lambda: agrees(*words, "manifest-sha256.txt", folder=sample.bag), command)

    def signature():
        signer = (sample.data / "keys/package-signing.pub").read_text().split()
        allowed = bench.work / "allowed_signers"
        allowed.write_text(f'sender namespaces="breachpost-package" {signer[0]} {signer[1]}\n')
        bench.run("ssh-keygen", "-Y", "verify", "-f", allowed, "-I", "sender", "-n", "breachpost-package",
                  "-s", f"{sums}.sig", given=sums.read_bytes())
        return True

    bench.line("signature of SHA256SUMS", "debian:openssh-client", True, signature, "ssh-keygen -Y verify")

    def bagit():
        import bagit as library
        return library.Bag(str(sample.bag)).validate()

    bench.line("bag", "python:bagit", True, bagit)
    shutil.rmtree(bench.work / "unpacked", ignore_errors=True)

#!/usr/bin/env python3
"""Runs howdah jobs on Spark for a range of units (hours or days).

    spark-submit run_sql.py SPEC.json [SPEC.json ...] --from 20120301_00 --to 20120301_05 [-D name=value ...]

SPEC.json is written by howdah: the job's SELECTs, what they read and write, and their parameters. Several jobs run one
after another over the same units, up to the first that fails. The meaning is that of howdah's local runner: the same
rows, the same records beside them, published in the same order. What is done stays done: units whose partitions say
what they would say if they were made now are left alone.

Exit codes: 0 done; 1 a unit failed, or Spark did; 2 wrong usage, or the job runs already; 3 an input is not there
yet; 70 a defect of this program; 130 interrupted; 143 ended by SIGTERM.

Needs nothing but Python 3.8 and PySpark 3.3. It is one file because it is shipped as one.
"""

import argparse
import collections
import contextlib
import datetime
import getpass
import hashlib
import json
import logging
import os
import re
import shutil
import signal
import socket
import socketserver
import sys
import tempfile
import threading
import time
import traceback
import unicodedata
import uuid
import zlib
from decimal import Context, Decimal, localcontext

DONE, FAILED, USAGE, WAITING, BUG = 0, 1, 2, 3, 70

RECORD_FILE = "_howdah.json"
RECORD_FORMAT = 1
SPEC_FORMAT = 1
LONGEST_LINE = 1 << 27
HELD_ROWS = "_held"
SHOWN_ROWS, WIDEST_CELL = 5, 40


class JobError(Exception):
    """A failure that is no defect: one sentence, a stable code, and what to do."""

    def __init__(self, message, code, exit_code=FAILED, next_step=None, facts=None):
        super().__init__(message)
        self.code = code
        self.exit_code = exit_code
        self.next_step = next_step
        self.facts = facts or {}


# ---------------------------------------------------------------------------------------------------------------
# Reading raw files. Nothing here knows Spark: executors run it, and tests call it directly.
# ---------------------------------------------------------------------------------------------------------------

RawRow = collections.namedtuple("RawRow", "fields line raw reason")
RawRow.__doc__ = "One line: texts or None by column (all None for a reject), its number, its text, why it is a reject."


def gunzip(data, name):
    """Unpacks all members of a gzip file. Zeros after a member end it; anything else must be a member again."""
    parts = []
    rest = data
    while True:
        member = zlib.decompressobj(31)
        try:
            parts.append(member.decompress(rest))
        except zlib.error as error:
            raise JobError("%s is a broken gzip file: %s" % (name, error), "RAW_GZIP")
        if not member.eof:
            raise JobError("%s is a broken gzip file: unexpected end of file" % name, "RAW_GZIP")
        rest = member.unused_data
        if not rest or rest[0] == 0:
            return b"".join(parts)


def header_line(raw):
    """The declared header as it stands in a file, or None."""
    if raw["header"] is None:
        return None
    if raw["layout"] == "tsv":
        return "\t".join(raw["header"])
    return ",".join('"%s"' % n.replace('"', '""') if re.search('[",]', n) else n for n in raw["header"])


def csv_fields(text):
    """The fields of a line, quotes taken off, and whether a quote is not closed or has text behind it."""
    fields = []
    broken = False
    at = 0
    while True:
        begin = at
        closed = None
        if text.startswith('"', at):
            closed = closing_quote(text, at)
            at = len(text) if closed < 0 else closed + 1
            broken = broken or closed < 0 or (at < len(text) and text[at] != ",")
        comma = text.find(",", at)
        end = len(text) if comma < 0 else comma
        fields.append(text[begin:end] if closed is None else text[begin + 1 : end - 1].replace('""', '"'))
        if comma < 0:
            return fields, broken
        at = comma + 1


def closing_quote(text, opening):
    """Where the quote that opens there closes, doubled ones passed over; -1 when it does not."""
    at = text.find('"', opening + 1)
    while at >= 0 and text.startswith('"', at + 1):
        at = text.find('"', at + 2)
    return at


def raw_lines(data):
    """The lines of a file: LF ends one, a single CR before it is dropped, the last may lack its LF."""
    lines = data.split(b"\n")
    last = lines.pop()
    for line in lines:
        yield line[:-1] if line.endswith(b"\r") else line
    if last:
        yield last


def read_raw(data, name, raw, encoding):
    """The rows of one raw file, by the rules of src/jobs/format.ts. `data` is the file, packed if it ends in .gz."""
    if name.endswith(".gz"):
        data = gunzip(data, name)
    if encoding == "utf-8" and data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    header = header_line(raw)
    width = raw["width"]
    csv = raw["layout"] == "csv"
    separator = "," if csv else "\t"
    positions = [position - 1 for _, position in raw["columns"]]
    no_fields = [None] * len(positions)
    for number, line in enumerate(raw_lines(data), 1):
        if len(line) > LONGEST_LINE:
            raise JobError("line %d of %s is longer than %d bytes" % (number, name, LONGEST_LINE), "RAW_LINE")
        valid = True
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            valid = False
            text = line.decode(encoding, "backslashreplace")
        if number == 1 and header is not None:
            check_header(text, header, name)
            continue
        fields, broken = csv_fields(text) if csv and '"' in text else (text.split(separator), False)
        if text == "" or len(fields) != width:
            yield RawRow(no_fields, number, text, "columns")
        elif not valid:
            yield RawRow(no_fields, number, text, "encoding")
        elif broken:
            yield RawRow(no_fields, number, text, "quotes")
        else:
            values = [None if fields[p] in ("", "\\N") else fields[p] for p in positions]
            yield RawRow(values, number, text, None)


def check_header(found, declared, name):
    if found == declared:
        return
    shown = found if len(found) <= 2000 else found[:2000] + "…"
    message = "%s does not begin with the declared header\n  declared: %s\n  found:    %s"
    raise JobError(message % (name, declared, shown), "RAW_HEADER")


def raw_file_rows(data, key, name, raw, encoding):
    """Rows of a file as the relation has them; last one of line 0, which tells the driver about the file itself.

    What is wrong with a whole file travels in it too: raising would end the units that are good with it.
    """
    facts = {"sha256": hashlib.sha256(data).hexdigest(), "rows": 0}
    try:
        for row in read_raw(data, name, raw, encoding):
            facts["rows"] += 1
            yield (key,) + tuple(row.fields) + (name, row.line, row.raw, row.reason)
    except JobError as error:
        facts["fault"] = {"code": error.code, "message": str(error)}
    yield (key,) + (None,) * len(raw["columns"]) + (name, 0, json.dumps(facts), None)


# ---------------------------------------------------------------------------------------------------------------
# Parameters, times and templates, as src/oozie and src/core/time.ts define them.
# ---------------------------------------------------------------------------------------------------------------

TIME_FORMAT = "%Y-%m-%dT%H:%MZ"
DATE_PATTERN = re.compile(
    # Every field once at most, a day among them, and none of one or two digits that touches the next.
    r"^(?!.*([yMdHms])\1*(?!\1).*\1)(?=.*y)(?=.*M)(?=.*d)(?!.*(?:y{5}|M{3}|d{3}|H{3}|m{3}|s{3}))"
    r"(?!.*(?:(?<!M)M(?!M)[dHyms]|(?<!d)d(?!d)[MHyms]|(?<!H)H(?!H)[Mdyms]))"
    r"(?:yyyy|MM?|dd?|HH?|mm|ss|'T'|[-/:. _])+$"
)
CONTROL = re.compile("[\x00-\x1f\x7f]")


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)


def parse_time(text, what):
    if re.match(r"^\d{4}-\d\d-\d\dT\d\d:\d\dZ$", text):
        try:
            return datetime.datetime.strptime(text, TIME_FORMAT)
        except ValueError:
            pass
    raise JobError("%s: %s is no time such as 2012-03-01T00:00Z" % (what, json.dumps(text)), "TIME", USAGE)


def parse_parameter(entry, value):
    """Checks a parameter's text and gives its one spelling (`007` becomes `7`)."""

    def refuse(why):
        shown = json.dumps(value, ensure_ascii=False)
        raise JobError("parameter %s: %s %s" % (entry["name"], shown, why), "PARAMETER_VALUE", USAGE)

    def check_range(number):
        if entry["min"] is not None and number < Decimal(str(entry["min"])):
            refuse("is below %s" % entry["min"])
        if entry["max"] is not None and number > Decimal(str(entry["max"])):
            refuse("is above %s" % entry["max"])

    kind = entry["type"]
    if CONTROL.search(value):
        refuse("has a control character")
    if kind == "int":
        if not re.match(r"^-?[0-9]+$", value) or abs(int(value)) > 0x7FFFFFFF:
            refuse("is no whole number of 32 bits")
        check_range(Decimal(value))
        return str(int(value))
    if kind == "decimal":
        if not re.match(r"^-?[0-9]+(\.[0-9]+)?$", value):
            refuse("is no decimal number such as 0.01")
        check_range(Decimal(value))
        whole, _, fraction = re.sub(r"^(-?)0+(?=[0-9])", r"\1", value).partition(".")
        fraction = fraction.rstrip("0")
        return whole + "." + fraction if fraction else whole
    if kind == "boolean" and value not in ("true", "false"):
        refuse("is neither true nor false")
    if kind == "time":
        parse_time(value, "parameter %s" % entry["name"])
    if kind == "choice" and value not in (entry["choices"] or []):
        refuse("is none of %s" % ", ".join(entry["choices"] or []))
    if kind == "dateFormat" and not DATE_PATTERN.match(value):
        refuse("is no date pattern: yyyy MM M dd d HH H mm ss, 'T' and punctuation, such as M/d/yyyy H:mm")
    if kind == "path" and len(value) > 1:
        return value.rstrip("/")
    return value


def refuse_unknown(specs, given):
    """A file of parameters may know more than the jobs ask for, `-D` may not."""
    known = {entry["name"] for spec in specs for entry in spec["parameters"]}
    for name in given:
        if name not in known:
            who, they = ("the job has", "it has") if len(specs) == 1 else ("the jobs have", "they have")
            names = ", ".join(sorted(known)) or "none"
            raise JobError("%s no parameter %s; %s: %s" % (who, name, they, names), "PARAMETER_NAME", USAGE)


def parameter_values(entries, given, from_file):
    """The canonical text of every parameter."""
    known = {entry["name"]: entry for entry in entries}
    values = {}

    def resolve(name, users):
        if name in values:
            return values[name]
        if name in users or name not in known:
            raise JobError("parameter %s cannot be resolved: %s" % (name, " <- ".join(users)), "PARAMETER", USAGE)
        entry = known[name]
        text = given.get(name, from_file.get(name))
        if text is None and entry["default"] is not None:
            text = TEMPLATE.sub(lambda m: resolve(m.group(1), users + [name]), entry["default"])
        if text is None:
            raise JobError("parameter %s has no value" % name, "PARAMETER", USAGE, "give it: -D %s=…" % name)
        values[name] = parse_parameter(entry, text)
        return values[name]

    for name in known:
        resolve(name, [])
    return values


TEMPLATE = re.compile(r"\$\{(\w+)\}")


def fill(template, values, instant=None):
    """Puts parameters, and the fields of an instance's time, into a template."""
    fields = dict(values)
    if instant is not None:
        digits = instant.strftime("%Y%m%d%H%M").rjust(12, "0")
        fields.update(YEAR=digits[:4], MONTH=digits[4:6], DAY=digits[6:8], HOUR=digits[8:10], MINUTE=digits[10:12])

    def value(match):
        if match.group(1) not in fields:
            raise JobError("%s names no parameter: %s" % (match.group(0), template), "SPEC", USAGE)
        return fields[match.group(1)]

    return TEMPLATE.sub(value, template)


def sql_literal(entry, value):
    """A parameter's value as Spark SQL writes it. Negative numbers go in brackets: `- -1` would begin a comment."""
    kind = entry["type"]
    if kind in ("int", "decimal"):
        return "(%s)" % value if value.startswith("-") else value
    if kind == "boolean":
        return value
    if kind == "time":
        return "timestamp'%s'" % parse_time(value, entry["name"]).strftime("%Y-%m-%d %H:%M:%S")
    return sql_text(value)


def sql_text(value):
    return "'%s'" % value.replace("\\", "\\\\").replace("'", "\\'")


def sql_name(name):
    return "`%s`" % name.replace("`", "``")


KEY_FIELDS = {"yyyy": ("%Y", 4), "MM": ("%m", 2), "dd": ("%d", 2), "HH": ("%H", 2), "mm": ("%M", 2), "ss": ("%S", 2)}


def key_tokens(pattern):
    for match in re.finditer(r"([A-Za-z])\1*|'((?:[^']|'')*)'|.", pattern, re.S):
        token = match.group(0)
        if match.group(1):
            if token not in KEY_FIELDS:
                raise JobError("date pattern %s: %s is not known" % (pattern, token), "SPEC", USAGE)
            yield token, True
        elif match.group(2) is not None:
            yield match.group(2).replace("''", "'") or "'", False
        else:
            yield token, False


def format_key(pattern, instant):
    text = []
    for token, is_field in key_tokens(pattern):
        code, width = KEY_FIELDS[token] if is_field else (None, 0)
        text.append(instant.strftime(code).rjust(width, "0") if is_field else token)
    return "".join(text)


def parse_key(pattern, text):
    codes = "".join(KEY_FIELDS[t][0] if is_field else t.replace("%", "%%") for t, is_field in key_tokens(pattern))
    try:
        instant = datetime.datetime.strptime(text, codes)
    except ValueError:
        instant = None
    if instant is None or format_key(pattern, instant) != text:
        raise JobError("%s is not written as %s" % (json.dumps(text), pattern), "UNIT", USAGE)
    return instant


def step_of(every):
    return datetime.timedelta(**{every["unit"]: every["count"]})


# ---------------------------------------------------------------------------------------------------------------
# The plan: units, and the partitions that each reads and writes. No file system yet.
# ---------------------------------------------------------------------------------------------------------------

Instance = collections.namedtuple("Instance", "time key uri flag")
Unit = collections.namedtuple("Unit", "time key")


def flag_of(uri, done_flag):
    """The path whose presence says that an instance is complete; Oozie takes the folder itself for an empty name."""
    return uri if done_flag == "" else uri + "/" + done_flag


class Plan:
    """A job's spec with values for its parameters and a range of units."""

    def __init__(self, spec, values, first_key, last_key):
        self.spec = spec
        self.values = values
        self.entries = {entry["name"]: entry for entry in spec["parameters"]}
        self.root = fill(spec["root"], values).rstrip("/")
        self.step = step_of(spec["every"])
        self.units = self._units(first_key, last_key)
        self.starts = {read["name"]: self._initial(read) for read in spec["reads"]}

    def _units(self, first_key, last_key):
        pattern = self.spec["key"]
        first, last = parse_key(pattern, first_key), parse_key(pattern, last_key)
        if first > last:
            raise JobError("--from %s lies after --to %s" % (first_key, last_key), "RANGE", USAGE)
        units = []
        at = first
        while at <= last:
            key = format_key(pattern, at)
            if not re.match(r"^[A-Za-z0-9_.-]+$", key):
                raise JobError("%s cannot name a folder" % key, "SPEC", USAGE)
            units.append(Unit(at, key))
            at += self.step
        return units

    def of(self, units):
        """The same for some of its units, which follow one another."""
        return Plan(self.spec, self.values, units[0].key, units[-1].key)

    def _initial(self, read):
        initial = parse_time(fill(read["initial"], self.values), "the initial instance of %s" % read["dataSet"])
        return initial.replace(hour=0, minute=0) if read["initialStartOfDay"] else initial

    def refuse_units_without_inputs(self):
        """Oozie would run such a unit on nothing; a range sent by hand that begins too early is a mistake."""
        reads = [read for read in self.spec["reads"] if not read["own"]]
        for unit in self.units:
            if reads and not any(self.instances(read, unit) for read in reads):
                begins = min(self.starts[read["name"]] for read in reads).strftime(TIME_FORMAT)
                raise JobError(
                    "%s lies before the first instance of all its inputs, %s" % (unit.key, begins), "RANGE", USAGE
                )

    def instances(self, read, unit):
        """The instances that a unit declares as inputs: those before the initial one are none."""
        start, step = self.starts[read["name"]], step_of(read["every"])
        nearest = (unit.time - start) // step
        numbers = range(nearest + read["from"], nearest + read["to"] + 1)
        return [self.instance(read, start + number * step) for number in numbers if number >= 0]

    def instance(self, read, instant):
        uri = fill(read["uri"], self.values, instant).rstrip("/")
        return Instance(instant, format_key(read["key"], instant), uri, flag_of(uri, read["doneFlag"]))

    def outer_instances(self, read, units):
        """What some units read from outside of the range: of a table that the job itself writes, the state before."""
        inside = {unit.time for unit in self.units} if read["own"] else set()
        found = {i.key: i for unit in units for i in self.instances(read, unit) if i.time not in inside}
        return [found[key] for key in sorted(found)]

    def output(self, write, unit):
        return fill(write["uri"], self.values, unit.time).rstrip("/")

    def sql(self, parts, held=""):
        """SQL with its holes filled; `held` is what stands for the rows that were kept aside."""
        texts = []
        for part in parts:
            if isinstance(part, str):
                texts.append(part)
            elif part["parameter"] == HELD_ROWS:
                texts.append(held)
            else:
                name = part["parameter"]
                texts.append(sql_literal(self.entries[name], self.values[name]))
        return "".join(texts)


# ---------------------------------------------------------------------------------------------------------------
# Hadoop's file system, through the JVM that Spark brings: it reaches whatever Spark reaches.
# ---------------------------------------------------------------------------------------------------------------


class Files:
    def __init__(self, spark):
        # py4j asks the JVM for every part of a class's name, so it is done once.
        self._path = spark.sparkContext._jvm.org.apache.hadoop.fs.Path
        self._streams = spark.sparkContext._jvm.org.apache.commons.io.IOUtils
        self._conf = spark.sparkContext._jsc.hadoopConfiguration()
        self._systems = {}

    def path(self, text):
        return self._path(text)

    def system(self, text):
        """One file system a scheme and host; asking Hadoop for it costs more than most of what is done with it."""
        where = re.match(r"^(?:[a-z][a-z0-9+.-]*:)?(?://[^/]*)?", text, re.I).group(0)
        if where not in self._systems:
            self._systems[where] = self.path(text).getFileSystem(self._conf)
        return self._systems[where]

    def qualified(self, text):
        """A path as Spark writes those of the files that it reads."""
        return self.system(text).makeQualified(self.path(text)).toString()

    def local(self, text):
        """The path on this machine's own disk, or None."""
        return self.path(text).toUri().getPath() if self.qualified(text).startswith("file:") else None

    def exists(self, text):
        return self.system(text).exists(self.path(text))

    def list(self, text):
        """`(name, path, bytes, is folder)` of what a folder holds, hidden names left out; nothing when it is none."""
        if not self.exists(text):
            return []
        found = []
        for status in self.system(text).listStatus(self.path(text)):
            path = status.getPath()
            name = path.getName()
            if not name.startswith(("_", ".")):
                found.append((name, path.toString(), status.getLen(), status.isDirectory()))
        return sorted(found)

    def sizes(self, text):
        """The bytes of everything in a folder by its name, hidden ones included; None when there is no folder."""
        if not self.exists(text):
            return None
        return {one.getPath().getName(): one.getLen() for one in self.system(text).listStatus(self.path(text))}

    def names(self, text):
        """All names in a folder, hidden ones included."""
        return sorted(self.sizes(text) or {})

    def read(self, text):
        stream = self.system(text).open(self.path(text))
        try:
            return bytes(self._streams.toByteArray(stream)).decode("utf-8")
        finally:
            stream.close()

    def write(self, text, content, overwrite=True):
        local = self.local(text) if overwrite else None
        if local is not None:
            # Hadoop would start a process, chmod, for every file.
            with open(local, "w", encoding="utf-8") as file:
                file.write(content)
            return
        stream = self.system(text).create(self.path(text), overwrite)
        try:
            if content:
                stream.write(bytearray(content.encode("utf-8")))
        finally:
            stream.close()

    def mkdirs(self, text):
        if not self.system(text).mkdirs(self.path(text)):
            raise JobError("folder %s cannot be made" % text, "FILES")

    def rename(self, source, target):
        if not self.system(source).rename(self.path(source), self.path(target)):
            raise JobError("%s cannot be renamed to %s" % (source, target), "FILES")

    def delete(self, text):
        self.system(text).delete(self.path(text), True)

    def modified(self, text):
        return self.system(text).getFileStatus(self.path(text)).getModificationTime() / 1000.0


def java_class(error):
    """The Java exception behind an error of py4j, or an empty text."""
    exception = getattr(error, "java_exception", None)
    return exception.getClass().getName() if exception is not None else ""


# ---------------------------------------------------------------------------------------------------------------
# The lock: one run a job and data root.
# ---------------------------------------------------------------------------------------------------------------


def process_start(pid):
    """When a process started, as its kernel counts (field 22 of /proc/PID/stat): tells a reused id from the first."""
    try:
        with open("/proc/%d/stat" % pid, encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None


class Lock:
    """A file that is created without overwriting and names its owner. A dead owner's is taken over."""

    def __init__(self, files, spark, root, job):
        self.files = files
        self.spark = spark
        self.path = "%s/_howdah/locks/%s.json" % (root, job)
        on_yarn = spark.sparkContext.master.startswith("yarn")
        self.owner = {
            "owner": "yarn" if on_yarn else "process",
            "pid": os.getpid(),
            "started": process_start(os.getpid()),
            "host": socket.gethostname(),
            "application": spark.sparkContext.applicationId if on_yarn else None,
            "nonce": uuid.uuid4().hex[:16],
            "job": job,
        }

    def __enter__(self):
        self.files.mkdirs(self.path.rpartition("/")[0])
        for _ in range(10):
            if self._create():
                return self
            found = self._read()
            if found is None:
                continue
            if self._alive(found):
                self._refuse(found)
            self._put_aside(found)
        raise JobError("the lock %s cannot be had" % self.path, "LOCKED", USAGE)

    def __exit__(self, kind, *_):
        try:
            if (self._read() or {}).get("nonce") == self.owner["nonce"]:
                self.files.delete(self.path)
        except Exception:
            # When Spark's JVM has died, that is what must be told; a dead owner's lock hinders nobody.
            if kind is None:
                raise

    def _create(self):
        content = json.dumps(self.owner)
        local = self.files.local(self.path)
        if local is not None:
            return create_whole(local, content)
        try:
            self.files.write(self.path, content, overwrite=False)
            return True
        except Exception as error:
            # HDFS says the second when another client has it open for writing.
            if java_class(error).endswith(("FileAlreadyExistsException", "AlreadyBeingCreatedException")):
                return False
            raise

    def _read(self):
        """The owner in the lock file; None when it is gone, or its writer is still at it."""
        try:
            return json.loads(self.files.read(self.path))
        except ValueError:
            if time.time() - self.files.modified(self.path) > 60:
                return {"owner": "nobody"}
            time.sleep(1)
            return None
        except Exception as error:
            if java_class(error).endswith(("FileNotFoundException", "NoSuchFileException")):
                return None
            raise

    def _alive(self, found):
        if found.get("owner") == "yarn":
            return self._application_alive(found.get("application"))
        if found.get("owner") != "process":
            return False
        if found.get("host") != socket.gethostname():
            return True
        try:
            os.kill(int(found["pid"]), 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        started = process_start(int(found["pid"]))
        return found.get("started") is None or started is None or str(found["started"]) == started

    def _application_alive(self, application):
        """Asks YARN. Whoever cannot ask must take the owner for alive."""
        jvm = self.spark.sparkContext._jvm
        try:
            client = jvm.org.apache.hadoop.yarn.client.api.YarnClient.createYarnClient()
            client.init(self.spark.sparkContext._jsc.hadoopConfiguration())
            client.start()
            try:
                app_id = jvm.org.apache.hadoop.yarn.api.records.ApplicationId.fromString(application)
                state = client.getApplicationReport(app_id).getYarnApplicationState().toString()
                return state not in ("FINISHED", "FAILED", "KILLED")
            finally:
                client.stop()
        except Exception as error:
            return not java_class(error).endswith("ApplicationNotFoundException")

    def _refuse(self, found):
        who = (
            "YARN application %s" % found.get("application")
            if found.get("owner") == "yarn"
            else "process %s on %s" % (found.get("pid"), found.get("host"))
        )
        raise JobError(
            "%s runs already on this data: %s" % (self.owner["job"], who),
            "LOCKED",
            USAGE,
            "wait for it; if it is gone, delete %s" % self.path,
            {"owner": found},
        )

    def _put_aside(self, dead):
        """By rename, so that of two runs that find the same dead owner one wins; the other may have moved a fresh
        lock, and puts it back."""
        aside = "%s.%s" % (self.path, self.owner["nonce"])
        try:
            self.files.rename(self.path, aside)
        except Exception:
            return
        moved = json.loads(self.files.read(aside) or "{}") if self.files.exists(aside) else {}
        if moved.get("nonce") != dead.get("nonce") and not self.files.exists(self.path):
            self.files.rename(aside, self.path)
        else:
            self.files.delete(aside)


def create_whole(path, content):
    """Creates a file that nobody ever sees half written; False when it is there. Hadoop's own create on a local
    disk looks first and creates then, which lets two in."""
    draft = "%s.%s" % (path, uuid.uuid4().hex[:16])
    with open(draft, "w", encoding="utf-8") as file:
        file.write(content)
    try:
        os.link(draft, path)
        return True
    except FileExistsError:
        return False
    finally:
        os.unlink(draft)


# ---------------------------------------------------------------------------------------------------------------
# Spark
# ---------------------------------------------------------------------------------------------------------------

ALWAYS = {
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    "spark.sql.ansi.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    # The zone of executors; an option of their JVM would take the place of those that a cluster gives them.
    "spark.executorEnv.TZ": "UTC",
    # A text in the job's SQL is what it is, also when it looks like ${env:HOME}.
    "spark.sql.variable.substitute": "false",
    # Hive 3 reads no other timestamps in Parquet.
    "spark.sql.parquet.outputTimestampType": "INT96",
    # Hive's vectorized reader takes decimals as bytes alone (ParquetDataColumnReaderFactory.readDecimal).
    "spark.sql.parquet.writeLegacyFormat": "true",
    "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.ui.showConsoleProgress": "false",
    # Flags are this program's to place, and when it says.
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    # No .crc files beside those on a local disk. spark-submit has the other class in its cache already.
    "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
    "spark.hadoop.fs.file.impl.disable.cache": "true",
}

LOCAL_ONLY = {
    "spark.ui.enabled": "false",
    # On one machine listing folders one by one takes less time than a Spark job does.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
    "spark.sql.shuffle.partitions": "4",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}

def start_spark(job, scratch, verbose):
    """A session with the settings on which the meaning of the SQL hangs."""
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    # Java stays behind, and serves nobody, when the folder goes in which it is to say where it listens.
    with INTERRUPT.delayed():
        SparkContext._ensure_initialized()
    # spark-submit has started the JVM, in the zone of its machine. Nothing has asked for a time yet.
    zones = SparkContext._jvm.java.util.TimeZone
    zones.setDefault(zones.getTimeZone("UTC"))
    given = SparkConf()
    local = given.get("spark.master", "local[*]").startswith("local")
    settings = dict(ALWAYS)
    if local:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        wanted = dict(LOCAL_ONLY)
        wanted["spark.master"] = "local[*]"
        wanted["spark.sql.warehouse.dir"] = "file:" + scratch
        settings.update((key, value) for key, value in wanted.items() if not given.contains(key))
    builder = SparkSession.builder.appName("howdah " + job)
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    if not verbose:
        spark.sparkContext.setLogLevel("ERROR")
    check_zone(spark)
    return spark


def check_zone(spark):
    """An executor's own option wins over its environment."""
    options = spark.sparkContext.getConf().get("spark.executor.extraJavaOptions", "")
    zones = re.findall(r"-Duser\.timezone=(\S*)", options)
    if zones and zones[-1] not in ("UTC", "Etc/UTC", "GMT", "Z"):
        raise JobError(
            "the executors of Spark run in %s, not in UTC, so times would shift" % zones[-1],
            "ZONE",
            USAGE,
            "leave -Duser.timezone out of spark.executor.extraJavaOptions",
        )


def ddl(columns):
    return ", ".join("%s %s" % (sql_name(name), kind) for name, kind in columns)


def literal_path(path):
    """A path that Spark does not take for a pattern of names."""
    return re.sub(r"([{}\[\]*?\\])", r"\\\1", path)


RAW_COLUMNS = [("_file", "string"), ("_line", "int"), ("_raw", "string"), ("_reason", "string")]


def cast_sql(name, found, declared):
    """A column as declared. A value that the cast would lose ends the run; Spark would make it null silently."""
    column = sql_name(name)
    if found == declared:
        return "%s as %s" % (column, column)
    cast = "cast(%s as %s)" % (column, declared)
    lost = "concat(%s, cast(%s as string))" % (sql_text("%s does not fit %s: " % (name, declared)), column)
    return "case when %s is not null and %s is null then raise_error(%s) else %s end as %s" % (
        column,
        cast,
        lost,
        cast,
        column,
    )


def text_sql(name, kind):
    """A column's value as the text that a partition's content is made of."""
    column = sql_name(name)
    if kind == "timestamp":
        return "date_format(%s, 'yyyy-MM-dd HH:mm:ss')" % column
    scale = int(kind.rstrip(")").partition(",")[2] or 0) if kind.startswith("decimal") else 0
    if scale > 6:
        # Java writes small decimals of such scales as 0E-7.
        whole = "cast(floor(abs(%s)) as decimal(38,0))" % column
        places = "cast((abs(%s) - floor(abs(%s))) * cast(1e%d as decimal(38,0)) as decimal(38,0))" % (
            column,
            column,
            scale,
        )
        return "concat(if(%s < 0, '-', ''), cast(%s as string), '.', lpad(cast(%s as string), %d, '0'))" % (
            column,
            whole,
            places,
            scale,
        )
    return "cast(%s as string)" % column


def row_hash_sql(columns):
    """60 bits of a row: md5 over its values, each with its length before it so that borders cannot move."""
    texts = [text_sql(name, kind) for name, kind in columns]
    parts = ["coalesce(concat(cast(length({0}) as string), ':', {0}), '-')".format(text) for text in texts]
    return "cast(conv(substring(md5(concat(%s)), 1, 15), 16, 10) as decimal(20,0))" % ", ".join(parts)


# ---------------------------------------------------------------------------------------------------------------
# What is done already
# ---------------------------------------------------------------------------------------------------------------


def raw_files(plan, files, read, instances):
    """The files of raw instances: `(key, path below the raw root)` by the path that Spark gives them."""
    root = files.qualified(fill(read["raw"]["root"], plan.values)).rstrip("/") + "/"
    found = {}
    for instance in instances:
        for _, path, _, is_folder in files.list(instance.uri):
            if not is_folder:
                found[path] = (instance.key, path[len(root) :] if path.startswith(root) else path)
    return found


def raw_content(listed):
    """What a raw instance holds, of `[name, sha256]` of each file."""
    return hash_of(sorted(listed, key=lambda entry: by_utf16(entry[0])))


def consecutive(units, step):
    """Units in runs of such as follow one another."""
    parts = []
    for unit in units:
        if parts and parts[-1][-1].time + step == unit.time:
            parts[-1].append(unit)
        else:
            parts.append([unit])
    return parts


class Partition:
    """A partition of a table as it lies there."""

    def __init__(self, files, uri, done_flag):
        sizes = files.sizes(uri)
        self.complete = sizes is not None and (done_flag == "" or done_flag in sizes)
        self.identity = None
        self.pruned = False
        if sizes is None or RECORD_FILE not in sizes:
            return
        try:
            record = json.loads(files.read("%s/%s" % (uri, RECORD_FILE)))
            told = {file["name"]: file["bytes"] for file in record["run"]["files"]}
            self.identity = record["identity"] if record["format"] == RECORD_FORMAT else None
            self.pruned = record.get("pruned") is not None
        except (ValueError, KeyError, TypeError):
            # Nothing says what its rows are.
            return
        rows = {name: size for name, size in sizes.items() if not name.startswith(("_", "."))}
        # Somebody has changed the rows beside the record.
        self.complete = self.complete and rows == told


class Done:
    """Which units need not be made: their records say what they would say now, as src/jobs/staleness.ts has it."""

    def __init__(self, plan, spark, files):
        self.plan = plan
        self.spark = spark
        self.files = files
        self.parameters = {name: plan.values[name] for name in plan.spec["declared"]}
        self.tables = {}

    def stale_parts(self):
        """The units that have to be made, in runs of units that follow one another."""
        stale = self.stale_units()
        if stale and any(read["own"] for read in self.plan.spec["reads"]):
            # What follows such a unit depends on what it will leave.
            return [[unit for unit in self.plan.units if unit.time >= stale[0].time]]
        return consecutive(stale, self.plan.step)

    def stale_units(self):
        stale = set()
        in_doubt = []
        for unit in self.plan.units:
            INTERRUPT.check()
            partitions = [
                Partition(self.files, self.plan.output(write, unit), write["doneFlag"])
                for write in self.plan.spec["writes"]
            ]
            # A pruned unit counts as done until somebody asks for it.
            if any(partition.pruned for partition in partitions):
                continue
            if all(self.fits(unit, *pair) for pair in zip(self.plan.spec["writes"], partitions)):
                in_doubt.append((unit, partitions[0].identity))
            else:
                stale.add(unit.key)
        stale.update(self.with_other_files(in_doubt))
        return [unit for unit in self.plan.units if unit.key in stale]

    def fits(self, unit, write, partition):
        """All but the content of raw files, which must be read to be known."""
        identity = partition.identity
        if identity is None or not partition.complete:
            return False
        if identity["job"] != self.plan.spec["hash"] or identity["columns"] != write["columnsHash"]:
            return False
        if identity["parameters"] != self.parameters:
            return False
        was = {(one["dataSet"], one["instance"]): one["content"] for one in identity["inputs"]}
        inputs = [(read, i) for read in self.plan.spec["reads"] for i in self.plan.instances(read, unit)]
        if set(was) != {(read["dataSet"], instance.key) for read, instance in inputs}:
            return False
        # An input that is gone makes nothing stale.
        return all(
            self.table_content(read, instance) in (None, was[read["dataSet"], instance.key])
            for read, instance in inputs
            if not read["raw"]
        )

    def table_content(self, read, instance):
        key = (read["dataSet"], instance.key)
        if key not in self.tables:
            found = Partition(self.files, instance.uri, read["doneFlag"])
            there = found.identity is not None and (found.complete or found.pruned)
            self.tables[key] = found.identity["content"] if there else None
        return self.tables[key]

    def with_other_files(self, in_doubt):
        """Keys of the units of which a raw input holds something else than when they were made."""
        changed = set()
        for read in self.plan.spec["reads"]:
            if not read["raw"]:
                continue
            found = {i.key: i for unit, _ in in_doubt for i in self.plan.instances(read, unit)}
            contents = self.raw_contents(read, [i for i in found.values() if self.files.exists(i.flag)])
            for unit, identity in in_doubt:
                for one in identity["inputs"]:
                    now = contents.get(one["instance"]) if one["dataSet"] == read["dataSet"] else None
                    if now not in (None, one["content"]):
                        changed.add(unit.key)
        return changed

    def raw_contents(self, read, instances):
        """What raw instances hold, by key: hashed anew where the files are, for another tool may have put them."""
        found = raw_files(self.plan, self.files, read, instances)
        listed = {instance.key: [] for instance in instances}
        if found:
            paths = [literal_path(path) for path in sorted(found)]
            hashes = self.spark.read.format("binaryFile").load(paths).selectExpr("path", "sha2(content, 256)")
            for path, sha256 in hashes.collect():
                listed[found[path][0]].append([path.rpartition("/")[2], sha256])
        return {key: raw_content(files) for key, files in listed.items()}


# ---------------------------------------------------------------------------------------------------------------
# The run
# ---------------------------------------------------------------------------------------------------------------


def canonical_json(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hash_of(value):
    return hashlib.sha256(canonical_json(value).encode("utf-8")).hexdigest()[:32]


def by_utf16(text):
    """Sorts as JavaScript does, so that both runners make the same hash of a list of names."""
    return text.encode("utf-16-be", "surrogatepass")


def content_text(stats):
    return "%d-%d" % stats


Computed = collections.namedtuple("Computed", "folder stats")
Failure = collections.namedtuple("Failure", "unit message facts with_rejects held")
Failure.__doc__ = "The first unit that fails; `with_rejects`: they are published; `held`: where it is kept aside, or None."


class Run:
    """One job over one range: reads, computes aside, checks, publishes."""

    def __init__(self, plan, spark, files, output):
        self.plan = plan
        self.spec = plan.spec
        self.key = plan.spec["keyColumn"]
        self.spark = spark
        self.files = files
        self.output = output
        self.started = utc_now()
        self.work = "%s/_howdah/work/%s-%s" % (plan.root, self.spec["job"], uuid.uuid4().hex[:16])
        # Content by data set and instance; rows that the reader gave by raw data set and instance.
        self.contents = {}
        self.raw_rows = {}
        self.failure = None
        self.units = plan.units
        # Verdicts on the units that are published or kept aside; what they warn of.
        self.verdicts = {}
        self.warnings = []
        # Keys of units that are kept aside; listed once, when the first unit is published.
        self.held_before = None

    def __call__(self):
        self.clear_leftovers()
        self.read()
        if self.units:
            computed = self.compute()
            self.check_rejects()
            self.check_rows(computed)
            self.publish(computed)
        if self.failure is None:
            return DONE
        self.tell_failure()
        return FAILED

    def clear_leftovers(self):
        """What killed runs of this job left; the lock says that none is running."""
        folder = self.plan.root + "/_howdah/work"
        for name in self.files.names(folder):
            if re.match("^%s-[0-9a-zA-Z]+$" % re.escape(self.spec["job"]), name):
                self.files.delete("%s/%s" % (folder, name))

    # -- reading

    def read(self):
        frames = {}
        for read in self.spec["reads"]:
            instances = self.plan.outer_instances(read, self.units)
            frames[read["name"]] = self.raw_frame(read, instances) if read["raw"] else self.table_frame(read, instances)
        for read in self.spec["reads"]:
            frame = frames[read["name"]]
            if self.failure is not None:
                keys = [i.key for i in self.plan.outer_instances(read, self.units)]
                frame = frame.where(frame[self.key].isin(keys)) if keys else frame.limit(0)
            frame.createOrReplaceTempView(read["name"])
        self.units_view()

    def units_view(self):
        rows = [
            "(%s, timestamp'%s', timestamp'%s')" % (sql_text(unit.key), unit.time, unit.time + self.plan.step)
            for unit in self.units
        ]
        if rows:
            names = "%s, begins, ends" % sql_name(self.key)
            self.spark.sql("select * from values %s as t(%s)" % (", ".join(rows), names)).createOrReplaceTempView(
                "units"
            )

    def raw_frame(self, read, instances):
        """Rows of raw files, parsed in the executors, kept because they are read twice: for the files' facts too."""
        raw = read["raw"]
        encoding = fill(raw["encoding"], self.plan.values)
        if encoding not in ("utf-8", "latin-1"):
            raise JobError("%s is no encoding of raw files: utf-8 or latin-1" % encoding, "RAW_ENCODING", USAGE)
        found = raw_files(self.plan, self.files, read, instances)
        schema = ddl([(self.key, "string")] + [(name, "string") for name, _ in raw["columns"]] + RAW_COLUMNS)
        if not found:
            frame = self.spark.createDataFrame([], schema)
        else:
            paths = [literal_path(path) for path in sorted(found)]
            packed = self.spark.read.format("binaryFile").load(paths).select("path", "content").rdd
            rows = packed.flatMap(lambda r: raw_file_rows(bytes(r[1]), found[r[0]][0], found[r[0]][1], raw, encoding))
            frame = self.spark.createDataFrame(rows, schema, verifySchema=False).persist()
        told = frame.where("_line = 0").select(sql_name(self.key), "_file", "_raw").collect()
        self.take_file_facts(read, instances, told)
        return frame.where("_line > 0")

    def take_file_facts(self, read, instances, told):
        """`told`: the key, the file and the facts of every file that was read."""
        files = {instance.key: [] for instance in instances}
        rows = {instance.key: 0 for instance in instances}
        faults = {}
        for key, file, text in told:
            facts = json.loads(text)
            files[key].append([file.rpartition("/")[2], facts["sha256"]])
            rows[key] += facts["rows"]
            if "fault" in facts and (key not in faults or file < faults[key][0]):
                faults[key] = (file, facts["fault"])
        for key, listed in files.items():
            self.contents[read["dataSet"], key] = raw_content(listed)
        self.raw_rows.setdefault(read["dataSet"], {}).update(rows)
        for position, unit in enumerate(self.units):
            bad = [faults[i.key][1] for i in self.plan.instances(read, unit) if i.key in faults]
            if bad:
                self.fail_from(position, bad[0]["message"], {"code": bad[0]["code"]}, with_rejects=False)
                return

    def table_frame(self, read, instances):
        for instance in instances:
            self.contents[read["dataSet"], instance.key] = self.table_content(read, instance)
            parent = instances[0].uri.rpartition("/")[0]
            if instance.uri != "%s/%s=%s" % (parent, self.key, instance.key):
                message = "%s is no folder %s=%s beside the others of %s"
                raise JobError(message % (instance.uri, self.key, instance.key, read["table"]), "SPEC", USAGE)
        schema = ddl(read["columns"] + [[self.key, "string"]])
        if not instances:
            return self.spark.createDataFrame([], schema)
        base = instances[0].uri.rpartition("/")[0]
        reader = self.spark.read.schema(schema).option("basePath", base)
        return reader.parquet(*[literal_path(instance.uri) for instance in instances])

    def table_content(self, read, instance):
        path = "%s/%s" % (instance.uri, RECORD_FILE)
        again = "run the job that writes %s again for %s" % (read["table"], instance.key)
        try:
            identity = json.loads(self.files.read(path))["identity"]
        except Exception:
            message = "%s=%s of %s has no readable record %s, so nothing says what its rows are"
            raise JobError(message % (self.key, instance.key, read["table"], RECORD_FILE), "RECORD", next_step=again)
        if identity["columns"] != read["columnsHash"]:
            message = "%s=%s of %s was written with other columns"
            raise JobError(message % (self.key, instance.key, read["table"]), "COLUMNS", next_step=again)
        return identity["content"]

    # -- computing

    def compute(self):
        """Every table of the range, written aside; what is read back is what will be published."""
        computed = {}
        writes = {write["table"]: write for write in self.spec["writes"]}
        for select in self.spec["selects"]:
            INTERRUPT.check()
            try:
                if select["table"]:
                    computed[select["name"]] = self.compute_table(writes[select["name"]], self.plan.sql(select["sql"]))
                else:
                    self.kept(self.spark.sql(self.plan.sql(select["sql"]))).createOrReplaceTempView(select["name"])
            except JobError:
                raise
            except Exception as error:
                raise spark_failure(error, "the SELECT for %s failed" % select["name"]) from error
        return computed

    def kept(self, frame):
        """A relation that several SELECTs may ask for."""
        return frame.cache()

    def compute_table(self, write, sql):
        folder = "%s/new/%s" % (self.work, write["table"])
        self.write_aside(write, sql, folder)
        stats = self.stats(write, folder)
        self.remember_contents(write, stats)
        self.output.event("table.computed", table=write["table"], rows=sum(s[0] for s in stats.values()))
        return Computed(folder, stats)

    def write_aside(self, write, sql, folder):
        # One task a partition, so that small ones are one file each.
        self.typed(write, sql).repartition(sql_column(self.key)).write.partitionBy(self.key).parquet(folder)

    def typed(self, write, sql):
        """The rows of a SELECT, its columns those of the table, of their types and in their order."""
        result = self.spark.sql(sql)
        found = {name.lower(): kind for name, kind in result.dtypes}
        columns = write["columns"] + [[self.key, "string"]]
        missing = [name for name, _ in columns if name.lower() not in found]
        if missing:
            message = "the SELECT for %s lacks %s; it gives %s"
            raise JobError(
                message % (write["table"], ", ".join(missing), ", ".join(name for name, _ in result.dtypes)), "SQL"
            )
        return result.selectExpr(*[cast_sql(name, found[name.lower()], kind) for name, kind in columns])

    def stats(self, write, folder):
        """Rows and sum of row hashes by unit; registers the table for the SELECTs behind it."""
        schema = ddl(write["columns"] + [[self.key, "string"]])
        self.files.mkdirs(folder)
        view = write["table"].replace(".", "__")
        self.spark.read.schema(schema).parquet(folder).createOrReplaceTempView(view)
        sums = "select %s, count(*), sum(%s) from %s group by 1"
        grouped = self.spark.sql(sums % (sql_name(self.key), row_hash_sql(write["columns"]), view))
        counted = {key: (rows, int(total)) for key, rows, total in grouped.collect()}
        self.refuse_strays(write, counted)
        return {unit.key: counted.get(unit.key, (0, 0)) for unit in self.units}

    def refuse_strays(self, write, keys):
        stray = sorted(str(key) for key in set(keys) - {unit.key for unit in self.units})
        if stray:
            message = "the SELECT for %s gives rows for %s, which the range does not have"
            raise JobError(message % (write["table"], ", ".join(stray[:5])), "STRAY_ROW")

    def remember_contents(self, write, stats):
        """What a unit of the range leaves is the declared input of the next one, though the range never reads it."""
        for unit in self.units:
            self.contents[write["dataSet"], unit.key] = content_text(stats[unit.key])

    # -- checking

    def check_rejects(self):
        """Counts each unit's rejects by raw data set, and finds the first unit that has too many."""
        counted = self.raw_rows if self.spec["rejects"] is not None else {}
        self.rejects = {unit.key: {name: 0 for name in counted} for unit in self.units}
        if self.spec["rejects"] is None:
            return
        view = self.spec["rejects"]["table"].replace(".", "__")
        counts = "select %s, data_set, count(*) from %s group by 1, 2" % (sql_name(self.key), view)
        for key, data_set, count in self.spark.sql(counts).collect():
            self.rejects[key][data_set] = count
        for position, unit in enumerate(self.units):
            for data_set, count in sorted(self.rejects[unit.key].items()):
                if self.too_many(unit, data_set, count):
                    self.fail_rejects(position, data_set, count, view)
                    return

    def rows_read(self, unit, data_set):
        reads = [read for read in self.spec["reads"] if read["raw"] and read["dataSet"] == data_set]
        keys = {instance.key for read in reads for instance in self.plan.instances(read, unit)}
        return sum(self.raw_rows[data_set][key] for key in keys)

    def limits(self):
        names = self.spec["rejects"]
        return Decimal(self.plan.values[names["maxShare"]]), Decimal(self.plan.values[names["min"]])

    def too_many(self, unit, data_set, count):
        share, least = self.limits()
        rows = self.rows_read(unit, data_set) if data_set in self.raw_rows else 0
        return count > share * rows and count > least

    def fail_rejects(self, position, data_set, count, view):
        unit = self.units[position]
        rows = self.rows_read(unit, data_set) if data_set in self.raw_rows else 0
        share, least = self.limits()
        where = "%s = %s and data_set = %s" % (sql_name(self.key), sql_text(unit.key), sql_text(data_set))
        order = "select file, line, reason from %s where %s order by file, line limit 5" % (view, where)
        sample = [{"file": file, "line": line, "reason": why} for file, line, why in self.spark.sql(order).collect()]
        message = "%s: %d of %d lines of %s are rejects; more than %s and more than a share of %s is too many" % (
            unit.key,
            count,
            rows,
            data_set,
            least,
            share,
        )
        lines = ["  %s:%s %s" % (entry["file"], entry["line"], entry["reason"]) for entry in sample]
        facts = {"code": "REJECTS", "dataSet": data_set, "rejects": count, "rows": rows, "sample": sample}
        facts.update(maxShare=str(share), min=str(least))
        self.fail_from(position, "\n".join([message] + lines), facts, with_rejects=True)

    def check_rows(self, computed):
        """Judges every unit by the checks on its rows, and finds the first that fails one."""
        checks = RowChecks(self, computed)
        for position, unit in enumerate(self.units):
            self.verdicts[unit.key] = checks.verdicts(unit)
            failed = [verdict for verdict in self.verdicts[unit.key] if verdict.outcome == "failed"]
            if failed:
                facts = {"code": "CHECK_FAILED", "checks": [checks.facts(verdict) for verdict in failed]}
                held = self.held_folder(unit)
                message = checks.failure_message(unit, failed, held)
                self.fail_from(position, message, facts, with_rejects=False, held=held)
                break
        # Now, for publishing takes the rows away from where the checks see them.
        self.warnings = checks.warnings(self.units, self.verdicts)

    def fail_from(self, position, message, facts, with_rejects, held=None):
        """The unit at a position fails: it and those behind it are given up."""
        self.failure = Failure(self.units[position], message, facts, with_rejects, held)
        self.units = self.units[:position]

    def tell_failure(self):
        unit, held = self.failure.unit.key, self.failure.held
        kept = "its rejects alone were published" if self.failure.with_rejects else "nothing of it was published"
        next_step = "mend the files of %s and run from there; %s, and nothing behind it" % (unit, kept)
        if held is not None:
            next_step = "the partitions were kept aside in %s: mend what is wrong, and run again" % held
        self.output.error(
            JobError(
                self.failure.message,
                self.failure.facts["code"],
                next_step=next_step,
                facts=dict(self.failure.facts, unit=unit),
            )
        )

    # -- publishing

    def publish(self, computed):
        for write in self.spec["writes"]:
            self.files.mkdirs("%s/old/%s" % (self.work, write["table"]))
        for unit in self.units:
            INTERRUPT.check()
            self.publish_unit(unit, computed, self.spec["writes"])
        if self.failure is not None and self.failure.with_rejects:
            only = [write for write in self.spec["writes"] if write["table"] == self.spec["rejects"]["table"]]
            self.publish_unit(self.failure.unit, computed, only)
        if self.failure is not None and self.failure.held is not None:
            self.keep_aside(self.failure.unit, computed)
        for warning in self.warnings:
            self.output.warning(warning)

    def held_folder(self, unit):
        """Where partitions are kept that failed their checks: replaced by the unit's next failure, gone with its next
        success."""
        return "%s/%s" % (self.held_units_folder(), unit.key)

    def held_units_folder(self):
        return "%s/_howdah/held/%s" % (self.plan.root, self.spec["job"])

    def keep_aside(self, unit, computed):
        place = self.held_folder(unit)
        self.files.delete(place)
        self.files.mkdirs(place)
        for write in self.spec["writes"]:
            self.finish_aside(unit, write, computed[write["table"]])
            self.files.rename(self.aside(unit, computed[write["table"]]), "%s/%s" % (place, write["table"]))

    def release(self, unit):
        """Forgets what was kept aside of a unit."""
        if self.held_before is None:
            self.held_before = set(self.files.names(self.held_units_folder()))
        if unit.key in self.held_before:
            self.files.delete(self.held_folder(unit))

    def publish_unit(self, unit, computed, writes):
        """Flags away, folders swapped, partitions registered, flags back: a partition is never mixed or unchecked
        under a flag."""
        tables = {write["table"]: write for write in writes}
        flagged = [tables[name] for name in self.spec["flagOrder"] if name in tables]
        for write in writes:
            self.finish_aside(unit, write, computed[write["table"]])
        for write in reversed(flagged):
            if write["doneFlag"]:
                self.files.delete(flag_of(self.plan.output(write, unit), write["doneFlag"]))
        for write in writes:
            self.swap(unit, write, computed[write["table"]])
            register(self.plan, self.spark, write, [unit])
        for write in flagged:
            if write["doneFlag"]:
                self.files.write(flag_of(self.plan.output(write, unit), write["doneFlag"]), "")
        self.release(unit)
        rows = {write["table"]: computed[write["table"]].stats[unit.key][0] for write in writes}
        self.output.event("unit.published", unit=unit.key, rows=rows)

    def aside(self, unit, table):
        return "%s/%s=%s" % (table.folder, self.key, unit.key)

    def finish_aside(self, unit, write, table):
        folder = self.aside(unit, table)
        self.files.mkdirs(folder)
        files = [{"name": name, "bytes": size} for name, _, size, _ in self.files.list(folder)]
        of_history = self.check_records(unit, write, of_history=True)
        facts = dict(self.facts(files), **({"checks": of_history} if of_history else {}))
        record = {"format": RECORD_FORMAT, "identity": self.identity(unit, write, table), "run": facts}
        self.files.write("%s/%s" % (folder, RECORD_FILE), json.dumps(record, indent=2, ensure_ascii=False) + "\n")

    def identity(self, unit, write, table):
        return {
            "table": write["table"],
            "partition": "%s=%s" % (self.key, unit.key),
            "job": self.spec["hash"],
            "columns": write["columnsHash"],
            "parameters": {name: self.plan.values[name] for name in self.spec["declared"]},
            "inputs": [
                self.input(read["dataSet"], instance.key)
                for read in self.spec["reads"]
                for instance in self.plan.instances(read, unit)
            ],
            "rows": table.stats[unit.key][0],
            "rejects": self.rejects[unit.key],
            "checks": self.check_records(unit, write, of_history=False),
            "content": content_text(table.stats[unit.key]),
        }

    def check_records(self, unit, write, of_history):
        """What the checks of a table and of the job found; those that depend on what was made before are apart."""
        return [
            {"name": check["name"], "outcome": outcome, "measured": measured}
            for check, outcome, measured, _ in self.verdicts.get(unit.key, [])
            if check["table"] in (None, write["table"]) and (check["is"] == "steady") == of_history
        ]

    def input(self, data_set, key):
        return {"dataSet": data_set, "instance": key, "content": self.contents[data_set, key]}

    def facts(self, files):
        return {
            "engine": "spark " + self.spark.version,
            "files": files,
            "bytes": sum(file["bytes"] for file in files),
            "started": self.started.isoformat(timespec="milliseconds") + "Z",
            "seconds": round((utc_now() - self.started).total_seconds(), 3),
            "release": None,
            "user": self.spark.sparkContext.sparkUser() or getpass.getuser(),
        }

    def swap(self, unit, write, table):
        target = self.plan.output(write, unit)
        if self.files.exists(target):
            self.files.rename(target, "%s/old/%s/%s" % (self.work, write["table"], unit.key))
        else:
            self.files.mkdirs(target.rpartition("/")[0])
        self.files.rename(self.aside(unit, table), target)


# ---------------------------------------------------------------------------------------------------------------
# Checks on rows. The rules are those of src/jobs/rowchecks/verdict.ts, and the texts are the same.
# ---------------------------------------------------------------------------------------------------------------

Verdict = collections.namedtuple("Verdict", "check outcome measured text")


def judge(check, number, rows, before):
    """A verdict. `number` gives the exact text of a number, `rows` those of a table, `before` those of partitions
    before."""
    with localcontext(Context(prec=100)):
        kinds = {"rows": judge_rows, "agree": judge_agreement, "steady": judge_steady}
        return kinds[check["is"]](check, number, rows, before)


def judge_rows(check, number, rows, _):
    broken = total(check["numbers"][0], number)
    whole = None if check["table"] is None else rows(check["table"])
    of = "" if whole is None else " of %d" % whole
    name = check["name"] if whole is None else "%s of %s" % (check["name"], check["table"])
    text = "%s: %s%s rows%s" % (name, shortest(broken), of, limit_text(check))
    return Verdict(check, outcome_of(check, is_within(broken, check, Decimal(whole or 0))), [shortest(broken)], text)


def judge_agreement(check, number, *_):
    left, right = [total(side, number) for side in check["numbers"]]
    agreement = check["agreement"]
    excess = {"=": abs(left - right), "<=": left - right, ">=": right - left}[agreement]
    fits = is_within(excess, check, abs(left))
    sides = [
        " + ".join("%s (%s)" % (shortest(Decimal(number(one))), one["label"]) for one in side)
        for side in check["numbers"]
    ]
    formula = (" %s " % agreement).join(sides)
    text = "%s: %s %s%s" % (check["name"], formula, "holds" if fits else "does not hold", limit_text(check))
    return Verdict(check, outcome_of(check, fits), [shortest(left), shortest(right)], text)


def judge_steady(check, _, rows, before):
    history = check["history"]
    now = Decimal(rows(history["table"]))
    known = sorted(before(history["table"], history["last"]))
    if len(known) < history["least"]:
        message = "%s: %d partitions before tell of their rows, and %d are needed"
        return Verdict(
            check, "unknown", [shortest(now)], message % (check["name"], len(known), history["least"])
        )
    # The lower one of the two in the middle: a number of rows that there was.
    median = Decimal(known[(len(known) - 1) // 2])
    message = "%s: %s rows, and the median of the %d partitions before is %s%s"
    text = message % (check["name"], shortest(now), len(known), shortest(median), limit_text(check))
    fits = is_within(abs(now - median), check, median)
    return Verdict(check, outcome_of(check, fits), [shortest(now), shortest(median)], text)


def total(numbers, number):
    return sum((Decimal(number(one)) for one in numbers), Decimal(0))


def outcome_of(check, fits):
    return "passed" if fits else "warned" if check["severity"] == "warn" else "failed"


def is_within(value, check, whole):
    most = Decimal(check["limit"]["number"])
    return value * 100 <= most * whole if check["limit"]["percent"] else value <= most


def limit_text(check):
    number, percent = check["limit"]["number"], check["limit"]["percent"]
    return "" if number == "0" else " (at most %s%s)" % (number, "%" if percent else "")


def shortest(value):
    """The shortest text of a number, which both engines' decimals have in common."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def sample_lines(columns, rows):
    """Rows as lines of a table, two spaces before each."""
    cells = [[cell_text(cell) for cell in row] for row in [columns] + rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells]


def cell_text(value):
    if value is None:
        return "null"
    text = "".join(" " if unicodedata.category(character) == "Cc" else character for character in value)
    return text if len(text) <= WIDEST_CELL else text[: WIDEST_CELL - 1] + "…"


class RowChecks:
    """The checks of a range, run by one statement over what was computed."""

    def __init__(self, run, computed):
        self.run = run
        self.plan = run.plan
        self.checks = run.spec["checks"]
        self.computed = computed
        self.records = {}
        self.numbers = self.measure() if self.checks["sources"] else {}

    def measure(self):
        """The numbers that each source gives of each unit, by `(source, unit)`."""
        if self.checks["inputs"]:
            self.unit_inputs_view()
        selects = [self.plan.sql(source) for source in self.checks["sources"]]
        try:
            rows = self.run.spark.sql("\nunion all\n".join(selects)).collect()
        except Exception as error:
            raise self.broken_check(selects, error) from error
        keys = {unit.key for unit in self.plan.units}
        for source, key, _ in rows:
            if key not in keys:
                message = "check %s gives a row for %s, which the range does not have"
                raise JobError(message % (self.names_of(source), key), "STRAY_ROW")
        return {(source, key): numbers.split(" ") for source, key, numbers in rows}

    def unit_inputs_view(self):
        """Which instances of a read belong to which unit."""
        rows = [
            (read["name"], instance.key, unit.key)
            for read in self.run.spec["reads"]
            if read["name"] in self.checks["inputs"]
            for unit in self.plan.units
            for instance in self.plan.instances(read, unit)
        ]
        frame = self.run.spark.createDataFrame(rows, "_read string, _instance string, _unit string")
        frame.createOrReplaceTempView("unit_inputs")

    def broken_check(self, selects, error):
        """Names the check whose SQL Spark does not take: together they do not tell."""
        for source, select in enumerate(selects):
            try:
                self.run.spark.sql(select).collect()
            except Exception as own:
                return spark_failure(own, "check %s failed to run" % self.names_of(source))
        return spark_failure(error, "the checks failed to run")

    def names_of(self, source):
        names = [
            json.dumps(check["name"], ensure_ascii=False)
            for check in self.checks["checks"]
            if any(number["source"] == source for side in check["numbers"] for number in side)
        ]
        return ", ".join(names)

    def verdicts(self, unit):
        def number(spec):
            numbers = self.numbers.get((spec["source"], unit.key))
            return numbers[spec["place"]] if numbers else "0"

        def rows(table):
            return self.computed[table].stats[unit.key][0]

        def before(table, last):
            return self.rows_before(unit, table, last)

        return [judge(check, number, rows, before) for check in self.checks["checks"]]

    def rows_before(self, unit, table, last):
        """Rows of the partitions before a unit's: of the range itself, or as their records tell."""
        write = [write for write in self.run.spec["writes"] if write["table"] == table][0]
        stats = self.computed[table].stats
        found = []
        for back in range(1, last + 1):
            earlier = Unit(unit.time - back * self.plan.step, None)
            key = format_key(self.run.spec["key"], earlier.time)
            found.append(stats[key][0] if key in stats else self.recorded_rows(self.plan.output(write, earlier)))
        return [rows for rows in found if rows is not None]

    def recorded_rows(self, uri):
        if uri not in self.records:
            identity = Partition(self.run.files, uri, "").identity
            self.records[uri] = identity["rows"] if identity is not None else None
        return self.records[uri]

    def failure_message(self, unit, failed, held):
        """Each check with its numbers, some of the rows and, where they are held, the query for all of them."""
        names = ", ".join(verdict.check["name"] for verdict in failed)
        lines = ["%s %s: check failed: %s" % (self.run.spec["job"], unit.key, names)]
        for verdict in failed:
            lines.append("  " + verdict.text)
            sample = self.sample(unit, verdict.check)
            if sample:
                table = verdict.check["table"]
                source = "" if table is None else "parquet.`%s/%s`" % (held, table)
                query = "  " + self.plan.sql(verdict.check["shown"], source)
                lines += sample if held is None else sample + [query]
        return "\n".join(lines)

    def sample(self, unit, check):
        """Some of the rows of a unit that break a check, as lines; none where numbers tell everything."""
        if "rows" not in check:
            return []
        key = self.run.key
        select = "select * from (\n%s\n) as r where %s = %s"
        found = self.run.spark.sql(select % (self.plan.sql(check["rows"]), sql_name(key), sql_text(unit.key)))
        # Two columns may have one name.
        places = ["c%d" % place for place in range(len(found.columns))]
        frame = found.toDF(*places)
        ordered = frame.orderBy(*[frame[place].asc_nulls_first() for place in places]).limit(SHOWN_ROWS)
        shown = [place for place, name in zip(places, found.columns) if name.lower() != key.lower()]
        rows = ordered.selectExpr(*["cast(%s as string)" % place for place in shown]).collect()
        names = [name for name in found.columns if name.lower() != key.lower()]
        return sample_lines(names, [list(row) for row in rows]) if rows else []

    def facts(self, verdict):
        check, _, measured, text = verdict
        return {"check": check["name"], "table": check["table"], "measured": measured, "text": text}

    def warnings(self, units, verdicts):
        """What warned of some units; of each check some rows of the first unit that it warned of."""
        found = []
        told = set()
        for unit in units:
            for verdict in verdicts[unit.key]:
                if verdict.outcome != "warned":
                    continue
                which = (verdict.check["table"], verdict.check["name"])
                lines = [] if which in told else self.sample(unit, verdict.check)
                told.add(which)
                found.append(dict(self.facts(verdict), job=self.run.spec["job"], unit=unit.key, lines=lines))
        return found


def register(plan, spark, write, units):
    """Tells the catalog of partitions, where it knows the table; of those that it knows nothing changes."""
    if not in_catalog(spark, write["table"]):
        return
    table = ".".join(sql_name(part) for part in write["table"].split("."))
    for at in range(0, len(units), 100):
        partitions = [
            "partition (%s = %s) location %s"
            % (sql_name(plan.spec["keyColumn"]), sql_text(unit.key), sql_text(plan.output(write, unit)))
            for unit in units[at : at + 100]
        ]
        spark.sql("alter table %s add if not exists %s" % (table, " ".join(partitions))).collect()


def in_catalog(spark, table):
    if spark.conf.get("spark.sql.catalogImplementation", "in-memory") != "hive":
        return False
    return spark._jsparkSession.catalog().tableExists(table)


def sql_column(name):
    from pyspark.sql.functions import col

    return col(sql_name(name))


def missing_inputs(plan, files):
    return [
        (read["dataSet"], instance)
        for read in plan.spec["reads"]
        for instance in plan.outer_instances(read, plan.units)
        if not files.exists(instance.flag)
    ]


def check_flags(plan, files):
    """Before anything is computed: whoever runs on what has not arrived would write rows that are wrong."""
    missing = missing_inputs(plan, files)
    if not missing:
        return
    name, instance = missing[0]
    more = "" if len(missing) == 1 else ", nor are %d more inputs" % (len(missing) - 1)
    raise JobError(
        "%s of %s is not there (%s)%s" % (instance.key, name, instance.flag, more),
        "INPUT_MISSING",
        WAITING,
        "wait for it, or choose a range whose inputs have all arrived",
        {"missing": [{"dataSet": n, "instance": i.key, "flag": i.flag} for n, i in missing]},
    )


def parts_to_make(plan, spark, files, rerun):
    """The parts of a plan that are not done yet, all of whose inputs are there."""
    units = [plan.units] if rerun else Done(plan, spark, files).stale_parts()
    parts = [plan.of(some) for some in units]
    for part in parts:
        check_flags(part, files)
    return parts


def forget(spec, spark):
    """Drops what a job's SELECTs knew: another job's must not see it."""
    names = [relation["name"] for relation in spec["reads"] + spec["selects"]]
    for name in names + ["units", "unit_inputs"]:
        spark.catalog.dropTempView(name.replace(".", "__"))
    spark.catalog.clearCache()


def run(plan, spark, output, rerun=False):
    files = Files(spark)
    # Once before the lock, so that a refused run leaves no trace, and once when nobody else can change anything.
    if missing_inputs(plan, files):
        parts_to_make(plan, spark, files, rerun)
    with Lock(files, spark, plan.root, plan.spec["job"]):
        parts = parts_to_make(plan, spark, files, rerun)
        leave_alone(plan, spark, output, parts)
        for part in parts:
            code = run_in_parts(part, spark, files, output)
            if code != DONE:
                return code
        return DONE


def leave_alone(plan, spark, output, parts):
    """Tells which units are done already. Their tables may have been made anew since: the catalog is told again."""
    to_make = {unit.key for part in parts for unit in part.units}
    fresh = [unit for unit in plan.units if unit.key not in to_make]
    for some in consecutive(fresh, plan.step):
        output.event("units.fresh", first=some[0].key, last=some[-1].key, units=len(some))
    if fresh:
        for write in plan.spec["writes"]:
            register(plan, spark, write, fresh)


def run_in_parts(plan, spark, files, output):
    """
    Leaves what unit by unit would have left: where a range fails as a whole (one value that cannot be cast, say), its
    halves are tried in order, until the first unit that fails stands alone.
    """
    INTERRUPT.check()
    job = Run(plan, spark, files, output)
    try:
        return job()
    except JobError as error:
        INTERRUPT.check()
        if error.code not in ("SQL", "STRAY_ROW", "COLUMNS") or len(plan.units) == 1:
            raise
    finally:
        job.clear_leftovers()
    spark.catalog.clearCache()
    middle = len(plan.units) // 2
    for some in (plan.units[:middle], plan.units[middle:]):
        code = run_in_parts(plan.of(some), spark, files, output)
        if code != DONE:
            return code
    return DONE


# ---------------------------------------------------------------------------------------------------------------
# The command
# ---------------------------------------------------------------------------------------------------------------


class Output:
    """Lines for people, or a JSON object a line for programs."""

    def __init__(self, as_json):
        self.as_json = as_json
        # The one of several jobs whose turn it is.
        self.job = None

    def each(self, specs):
        """Jobs in turn: errors name the one that they are of, where there are several."""
        for spec in specs:
            self.job = spec["job"] if len(specs) > 1 else None
            yield spec
        self.job = None

    def event(self, name, **facts):
        if self.as_json:
            text = json.dumps(dict(event=name, **facts), ensure_ascii=False)
        else:
            text = "%s %s" % (name, " ".join("%s=%s" % (k, plain(v)) for k, v in facts.items()))
        print(text, flush=True)

    def warning(self, warning):
        if self.as_json:
            self.event("check.warned", **warning)
            return
        print("\n".join(["warning: %s: %s" % (warning["unit"], warning["text"])] + warning["lines"]), flush=True)

    def error(self, error):
        message = str(error)
        if self.job is not None and not message.startswith(self.job + " "):
            message = "%s: %s" % (self.job, message)
        if self.as_json:
            facts = dict(error.facts, code=error.code, message=message)
            if error.next_step:
                facts["next"] = error.next_step
            self.event("error", **facts)
            return
        print("error: %s" % message, file=sys.stderr)
        if error.next_step:
            print("next: %s" % error.next_step, file=sys.stderr)


def plain(value):
    return ",".join("%s:%s" % pair for pair in value.items()) if isinstance(value, dict) else value


def cause_of(error):
    """What went wrong, in a line or two, out of Spark's page of it."""
    exception = getattr(error, "java_exception", None)
    while exception is not None and exception.getCause() is not None:
        exception = exception.getCause()
    text = exception.toString() if exception is not None else str(error)
    return " ".join(line.strip() for line in text.split("\n")[:3] if line.strip())


def is_java_gone(error):
    """
    Of the call during which it went, py4j says that it failed, without Java's trace of why; of the next, that nobody
    listens.
    """
    kind = type(error).__name__
    unexplained = kind == "Py4JError" and "Trace:" not in str(error)
    return unexplained or kind == "Py4JNetworkError" or isinstance(error, ConnectionRefusedError)


def spark_failure(error, what=None):
    """What Spark did not do. Whatever was asked of it, once its Java is gone that is the reason."""
    if is_java_gone(error):
        next_step = "the system ends what takes too much memory: see --driver-memory, or run fewer units at once"
        return JobError("Spark's Java process has ended", "SPARK", FAILED, next_step)
    if what is not None:
        return JobError("%s: %s" % (what, cause_of(error)), "SQL")
    by_spark = type(error).__module__.startswith(("py4j", "pyspark"))
    return JobError(cause_of(error), "SPARK" if by_spark else "BUG", FAILED if by_spark else BUG)


def arguments(argv):
    parser = argparse.ArgumentParser(prog="run_sql.py", description="Runs howdah jobs on Spark for a range of units.")
    parser.add_argument("specs", nargs="+", metavar="SPEC", help="a job's JSON; hdfs: and such go through Hadoop")
    parser.add_argument("--from", dest="first", required=True, metavar="KEY", help="the first unit: 20120301_00")
    parser.add_argument("--to", dest="last", required=True, metavar="KEY", help="the last unit, included")
    parser.add_argument("-D", dest="given", action="append", default=[], metavar="NAME=VALUE", help="a parameter")
    parser.add_argument("--parameters", metavar="FILE", help="a JSON object of parameters; -D wins over it")
    parser.add_argument("--rerun", action="store_true", help="make everything again, also what is done")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument("--verbose", action="store_true", help="show Spark's log and Python's tracebacks")
    return parser.parse_args(argv)


def given_parameters(pairs):
    given = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise JobError("-D %s lacks its value: -D name=value" % pair, "PARAMETER", USAGE)
        given[name] = value
    return given


def flat(value):
    """A JSON value as the text that it would be on a command line."""
    return value if isinstance(value, str) else json.dumps(value)


def load_json(path, spark_of):
    try:
        if "://" in path:
            return json.loads(Files(spark_of()).read(path))
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        raise JobError("%s cannot be read: %s" % (path, error), "FILE", USAGE)


class Interrupt:
    """
    Ctrl-C and SIGTERM. Nothing may be raised in a call to Java, for the call behind it would read its answer. So Spark's
    jobs are cancelled from beside until that call fails; between calls, `check` ends the run. Another signal ends all at
    once, unless it comes so soon that it is the same one, sent on by whoever started this.
    """

    SAME = 1

    def __init__(self):
        self.signal = None
        self.came = None
        self.is_delayed = False
        self.context = None

    def watch(self, context=None):
        """With Spark's context as soon as there is one, for it takes SIGINT for itself."""
        self.context = context
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)

    def stop(self, number, _):
        now = time.monotonic()
        if self.signal is not None:
            if now - self.came > self.SAME:
                os._exit(128 + number)
            return
        self.signal, self.came = number, now
        if self.is_delayed:
            return
        if self.context is None:
            raise KeyboardInterrupt
        threading.Thread(target=self.cancel, daemon=True).start()

    @contextlib.contextmanager
    def delayed(self):
        """A signal ends what takes a second or two when that is done, not in its middle."""
        self.is_delayed = True
        try:
            yield
        finally:
            self.is_delayed = False
        self.check()

    def cancel(self):
        # What runs next is no job yet.
        while True:
            try:
                self.context.cancelAllJobs()
            except Exception:
                # Spark has ended.
                return
            time.sleep(0.1)

    def check(self):
        if self.signal is not None:
            raise KeyboardInterrupt


INTERRUPT = Interrupt()


class Session:
    """Spark, started when it is first needed: most mistakes show before."""

    def __init__(self, verbose):
        self.verbose = verbose
        self.spark = None
        self.scratch = tempfile.mkdtemp(prefix="howdah-")

    def start(self, job="job"):
        if self.spark is None:
            self.spark = start_spark(job, self.scratch, self.verbose)
            INTERRUPT.watch(self.spark.sparkContext)
        return self.spark

    def stop(self):
        try:
            if self.spark is not None:
                self.spark.stop()
        except Exception as error:
            # When its Java is gone, that has been told.
            if not is_java_gone(error):
                raise
        finally:
            shutil.rmtree(self.scratch, ignore_errors=True)


def load_spec(path, session):
    spec = load_json(path, session.start)
    if spec.get("format") != SPEC_FORMAT:
        message = "%s has format %s; this program reads %d" % (path, spec.get("format"), SPEC_FORMAT)
        raise JobError(message, "SPEC", USAGE, "take run_sql.py and the spec from the same release")
    return spec


def command(args, session, output):
    specs = [load_spec(path, session) for path in args.specs]
    from_file = load_json(args.parameters, session.start) if args.parameters else {}
    from_file = {name: flat(value) for name, value in from_file.items() if value is not None}
    given = given_parameters(args.given)
    refuse_unknown(specs, given)
    # All of them before the first runs: a wrong call must not be told behind the work of some.
    plans = []
    for spec in output.each(specs):
        values = parameter_values(spec["parameters"], given, from_file)
        plans.append(Plan(spec, values, args.first, args.last))
    refuse_other_units(plans)
    spark = session.start("+".join(spec["job"] for spec in specs))
    for plan, _ in zip(plans, output.each(specs)):
        code = run_told(plan, spark, output, args.rerun)
        if code != DONE:
            return code
        forget(plan.spec, spark)
    return DONE


def refuse_other_units(plans):
    first = plans[0]
    for plan in plans[1:]:
        if [unit.key for unit in plan.units] != [unit.key for unit in first.units]:
            jobs = (first.spec["job"], plan.spec["job"])
            raise JobError("%s and %s have other units than each other" % jobs, "SPEC", USAGE, "run each by itself")


def run_told(plan, spark, output, rerun):
    """A job from the line that says that it begins to the one that says that it is done."""
    plan.refuse_units_without_inputs()
    told = {"job": plan.spec["job"], "first": plan.units[0].key, "last": plan.units[-1].key}
    output.event("job.started", **told, units=len(plan.units))
    code = run(plan, spark, output, rerun)
    if code == DONE:
        output.event("job.done", **told)
    return code


def hide_tracebacks():
    """Once Spark's Java is gone, py4j logs one for each call, and PySpark's server of accumulators prints its own."""
    logging.disable(logging.CRITICAL)
    socketserver.BaseServer.handle_error = lambda *_: None


def main(argv):
    args = arguments(argv)
    output = Output(args.json)
    if not args.verbose:
        hide_tracebacks()
    INTERRUPT.watch()
    session = Session(args.verbose)
    try:
        return command(args, session, output)
    except JobError as error:
        failure = error
    except KeyboardInterrupt:
        # While Spark starts, it is PySpark that sees SIGINT.
        INTERRUPT.signal = INTERRUPT.signal or signal.SIGINT
    except Exception as error:
        if args.verbose:
            traceback.print_exc()
        failure = spark_failure(error)
    finally:
        session.stop()
    if INTERRUPT.signal is not None:
        print("interrupted: what is published stays, and the next run goes on from there", file=sys.stderr)
        return 128 + INTERRUPT.signal
    if args.verbose and failure.__cause__ is not None:
        traceback.print_exception(type(failure.__cause__), failure.__cause__, failure.__cause__.__traceback__)
    output.error(failure)
    return failure.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

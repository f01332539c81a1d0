"""Who is measured, and how: each function does one measurement and returns its figures by name.

`rate` is in messages a second, `cpu` in CPU seconds for a million messages. Everybody publishes into, and consumes from,
the same sink, which counts whole messages and keeps the time.
"""

import shutil
import time

from measuring import (
    RAFALE, ROOT, WORK, Failed, Process, Run, Sink, broker_uri, cpu_of_tree, free_port, role, run_once)

# Made by scripts/python-worker.
PYTHON = ROOT / ".build" / "python-worker" / "bin" / "python"

SCALE = 1.0  # of all counts and times; small ones are for trying the script
PERF_TEST_SECONDS = 8


def scaled(count):
    return max(1000, int(count * SCALE))


# ---- publishing into the sink -----------------------------------------------------------------------------------


def publishing(seen, cpu):
    if not seen["messages"] or not seen["seconds"]:
        raise Failed("the sink saw no messages")
    return {
        "rate": seen["messages"] / seen["seconds"],
        "cpu": cpu / seen["messages"] * 1e6,
        "sink_cpu": seen["cpu_seconds"] / seen["messages"] * 1e6,
        "message_bytes": seen["bytes"] / seen["messages"],
    }


def publish_c(program, count):
    def measure(size, window):
        with Sink() as sink:
            cpu = run_once(
                WORK / program, "publish", "--port", sink.port, "--count", scaled(count), "--size", size, "--window", window)
            return publishing(sink.finish(), cpu)
    return measure


def publish_tool(command):
    def measure(size, window):
        with Sink() as sink:
            cpu = run_once(*command(sink.port, size, window, max(2, PERF_TEST_SECONDS * SCALE)))
            return publishing(sink.finish(), cpu)
    return measure


def publish_rafale(size, window, count=20_000_000):
    keys = {"phases[0].count": scaled(count if size < 1024 else count // 3), "load.confirm_window": window}
    if size == 12:
        keys |= {"payload.size": "12B", "mix": "{opaque: 1}"}  # an update is longer than that
    elif size == 1024:
        keys |= {"payload.size": "1KiB", "text.length": "908B"}
    with Sink() as sink:
        with Run("generate", "publish", sink.port, keys) as run:
            result = run.finish()
            seen = sink.finish()
            if seen["messages"] != result["books"]["published"]:
                raise Failed(f"the sink read {seen['messages']} of {result['books']['published']} messages")
            return publishing(seen, run.process.cpu) | {"own_cpu": role(result, "generator")["cpuSecondsPerMillion"]}


def perf_test_program():
    return shutil.which("perf-test") or (
        [shutil.which("runjava"), "com.rabbitmq.perf.PerfTest"] if shutil.which("runjava") else None)


def perf_test(*arguments):
    program = perf_test_program()
    return [*(program if isinstance(program, list) else [program]), *arguments]


def perf_test_publish(port, size, window, seconds):
    confirms = ["--confirm", window] if window else []
    return perf_test(
        "--uri", broker_uri(port), "--producers", 1, "--consumers", 0, "--queue", "incoming_texts", "--size", size,
        "--time", int(seconds), *confirms)


def lavinmqperf_publish(port, size, window, seconds):
    confirms = ["-c", window] if window else []
    return [
        "lavinmqperf", "throughput", f"--uri={broker_uri(port)}", "-x", 1, "-y", 0, "-u", "incoming_texts", "-s", size,
        "-z", int(seconds), *confirms]


# ---- consuming from the sink ------------------------------------------------------------------------------------


def consume(process, sink, count):
    """Waits for the sink to deliver everything to a process; its CPU time counts from the first delivery."""
    sink.wait_for("^delivering$")
    before = cpu_of_tree(process.child.pid)
    sink.wait_for("^delivered$")
    cpu = cpu_of_tree(process.child.pid) - before
    return lambda: {"rate": count / sink.finish()["deliver_seconds"], "cpu": cpu / count * 1e6}


def consume_tool(command, count):
    def measure(prefetch):
        with Sink(deliver=scaled(count)) as sink:
            run_once(WORK / "ceiling", "publish", "--port", sink.port, "--count", scaled(count))
            with Process(*command(sink.port, scaled(count), prefetch)) as process:
                figures = consume(process, sink, scaled(count))
                time.sleep(0.2)  # those that stop at the count do so by themselves
                process.stop()
                return figures()
    return measure


def consume_c(program, count):
    return consume_tool(
        lambda port, count, prefetch: [
            WORK / program, "consume", "--port", port, "--count", count, "--prefetch", prefetch], count)


def perf_test_consume(port, _, prefetch):
    return perf_test(
        "--uri", broker_uri(port), "--producers", 0, "--consumers", 1, "--queue", "incoming_texts",
        *(["--qos", prefetch, "--multi-ack-every", 100] if prefetch else ["--autoack"]))


def lavinmqperf_consume(port, _, prefetch):
    return [
        "lavinmqperf", "throughput", f"--uri={broker_uri(port)}", "-x", 0, "-y", 1, "-u", "incoming_texts",
        *(["-P", prefetch, "-a", 100] if prefetch else [])]


def consume_rafale(prefetch, count=10_000_000):
    """Rafale publishes the messages itself first; the sink holds them back until it has all of them."""
    count = scaled(count)
    keys = {"phases[0].count": count, "collector.prefetch": prefetch}
    with Sink(deliver=count) as sink, Run("generate", "collect", sink.port, keys) as run:
        figures = consume(run.process, sink, count)
        processed = run.finish()["books"]["processed"]
        if processed != count:
            raise Failed(f"{processed} of {count} messages were matched")
        return figures()


# ---- through a broker -------------------------------------------------------------------------------------------


def through_broker(result):
    generator, broker = role(result, "generator"), role(result, "broker")
    published = result["books"]["published"]
    return {
        "rate": result["totals"]["carried"] / result["totals"]["durationNanoseconds"] * 1e9,
        "cpu": generator["cpu"] / published * 1e6,
        "broker_cpu": broker["cpu"] / published * 1e6,
        "share": generator["cpu"] / (generator["cpu"] + broker["cpu"]),
    }


def loop_seconds():
    return {"phases[1].for": f"{max(1, round(10 * SCALE))}s"}


def embedded_broker():
    with Run("run", "broker", keys=loop_seconds()) as run:
        return through_broker(run.finish())


def rabbitmq():
    script = ROOT / "scripts" / "rabbitmq"
    state = {"RABBITMQ_STATE": str(WORK / "rabbitmq")}
    try:
        with Process(script, "up", environment=state) as up:
            port = int(up.wait_for(r"^amqp://.*:(\d+)/$")[1])
            up.wait()
        with Run("generate", "broker", port, loop_seconds()) as run:
            return through_broker(run.finish())
    finally:
        with Process(script, "destroy", environment=state) as destroy:
            destroy.wait()


# ---- workers ----------------------------------------------------------------------------------------------------


def work_with(command, count, analysis):
    """One worker behind the embedded broker and a closed loop of texts of a kilobyte."""
    port = free_port()
    store = WORK / "worker.db"
    for suffix in ("", "-wal", "-shm"):
        store.with_name(store.name + suffix).unlink(missing_ok=True)
    with Process(RAFALE, "broker", "--listen", f"127.0.0.1:{port}"):
        time.sleep(0.5)
        keys = {"phases[0].count": scaled(count) // 10, "phases[1].count": scaled(count)}
        with Run("generate", "worker", port, keys) as run:
            time.sleep(1)  # the run declares the queues
            with Process(*command(broker_uri(port), store), *([] if analysis else ["--no-analysis"])) as worker:
                result = run.finish()
                cpu = cpu_of_tree(worker.child.pid)
                if result["books"]["processed"] != result["books"]["published"]:
                    raise Failed(f"only {result['books']['processed']} messages were processed: {worker.last_words()}")
                totals = result["totals"]
                return {
                    "rate": totals["carried"] / totals["durationNanoseconds"] * 1e9,
                    "cpu": cpu / result["books"]["processed"] * 1e6,
                }


def rafale_worker(analysis):
    return work_with(
        lambda uri, store: [RAFALE, "worker", "--broker", uri, "--store", f"sqlite:{store}", "--lanes", 1],
        100_000, analysis)


def python_worker(analysis):
    worker = ROOT / "scenarios" / "workers" / "python" / "worker.py"
    return work_with(
        lambda uri, store: [
            PYTHON, "-u", worker, "--broker", uri, "--store", f"sqlite:{store}", "--lanes", 2],
        5_000, analysis)


def log_lines():
    """Lines that a core of each kind of worker gets through: a CPU second's worth, the start of the process included."""
    with Run("run", "lines", keys={"phases[0].count": scaled(400_000)}) as run:
        result = run.finish()
        return {
            entry["name"].removesuffix("-1"):
                result["books"]["published"] / (entry["userNanoseconds"] + entry["systemNanoseconds"]) * 1e9
            for entry in result["roles"] if entry["role"] == "worker"}


def analysis_speed(language):
    """The median time of the analysis of texts of 4 KiB by a worker that is never without one."""
    with Run("run", "analysis", keys={"text.languages": f"{{{language}: 1}}", "phases[0].count": scaled(40_000)}) as run:
        stage = run.finish()["totals"]["latencies"]["analyse"]
        return {"megabytes": 4096 / stage["percentilesNanoseconds"]["p50"] * 1e3}


# ---- memory -----------------------------------------------------------------------------------------------------


def allocations(scenario):
    """Bytes allocated for each message in steady state: the difference of a run and one three times as long.

    The generator's event loops are counted by the allocator itself, exactly (`allocatedBytes` of its role). Space for
    the messages under way is made in the first seconds and used again from then on, so both runs last for some.
    """
    used = []
    for times in (1, 3):
        if scenario == "publish":
            with Sink() as sink, Run("generate", scenario, sink.port, {"phases[0].count": times * 24_000_000}) as run:
                result = run.finish()
        else:
            with Run("run", scenario, None, {"phases[1].for": f"{4 * times}s"}) as run:
                result = run.finish()
        generator = role(result, "generator")
        used.append((generator["messages"], generator["allocatedBytes"]))
    (few, before), (many, after) = used
    return {"bytes": (after - before) / (many - few)}


def memory(minutes):
    """Resident memory at a steady rate: what the last quarter of the time has more than the second, a message."""
    with Sink() as sink, Run("generate", "memory", sink.port, {"phases[0].for": f"{int(minutes * 60)}s"}) as run:
        rows = [row for row in run.finish()["series"] if row["published"] and "generator" in row["residentBytes"]]
    resident = [row["residentBytes"]["generator"] for row in rows]
    quarter = len(rows) // 4
    if quarter < 2:
        raise Failed("too short: give more minutes")
    early, late = sum(resident[quarter:2 * quarter]) / quarter, sum(resident[-quarter:]) / quarter
    between = sum(row["published"] for row in rows) / 2
    return {"bytes": (late - early) / between, "late": late, "growth": late / early - 1}

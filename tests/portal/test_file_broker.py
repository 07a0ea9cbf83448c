"""The broker in a folder, as the embedded default uses it, between real processes."""

import multiprocessing
import uuid
from queue import Empty
from time import monotonic, sleep

import pytest
from kombu import Connection
from kombu.transport import TRANSPORT_ALIASES, filesystem

from citemetiers import file_broker

MESSAGES = 400
PATIENCE = 60
PER_MESSAGE = 2_000  # bytes: what takes a while to write can be read half-way


def folders(folder):
    names = {"data_folder_in": "queue", "data_folder_out": "queue", "control_folder": "control"}
    return {option: str(folder / name) for option, name in names.items()}


def connect(folder):
    connection = Connection("filesystem://", transport_options=folders(folder))
    connection.transport_cls = "citemetiers.file_broker:Transport"
    return connection


@pytest.fixture
def folder(tmp_path):
    """A folder whose name is that of its queue: kombu remembers for a whole process which queues it has bound."""
    made = tmp_path / f"tasks-{uuid.uuid4()}"
    (made / "queue").mkdir(parents=True)
    return made


def send_many(folder):
    with connect(folder) as connection, connection.SimpleQueue(folder.name) as queue:
        for number in range(MESSAGES):
            queue.put({"number": number, "text": "x" * PER_MESSAGE})


def received(folder, number):
    got, until = [], monotonic() + PATIENCE
    with connect(folder) as connection, connection.SimpleQueue(folder.name) as queue:
        while len(got) < number and monotonic() < until:
            try:
                message = queue.get_nowait()
            except Empty:
                sleep(0.001)
            else:
                got.append(message.payload["number"])
                message.ack()
    return got


def test_portal_uses_it():
    assert TRANSPORT_ALIASES["filesystem"] == "citemetiers.file_broker:Transport"


@pytest.mark.processes
def test_reader_beside_a_writer_gets_each_message_whole_and_once(folder):
    writer = multiprocessing.get_context("spawn").Process(target=send_many, args=(folder,))
    writer.start()

    got = received(folder, MESSAGES)

    writer.join(PATIENCE)
    assert sorted(got) == list(range(MESSAGES))


def test_messages_come_in_the_order_in_which_they_were_put(folder):
    with connect(folder) as connection, connection.SimpleQueue(folder.name) as queue:
        for number in range(5):
            queue.put({"number": number})

    assert received(folder, 5) == [0, 1, 2, 3, 4]


def test_control_kombus_own_mixes_them(folder, monkeypatch):
    since_start = iter([9.999, 10.0])
    monkeypatch.setattr(filesystem, "monotonic", lambda: next(since_start))
    connection = Connection("filesystem://", transport_options=folders(folder))
    connection.transport_cls = filesystem.Transport
    with connection, connection.SimpleQueue(folder.name) as queue:
        queue.put({"number": 0})
        queue.put({"number": 1})

    assert received(folder, 2) == [1, 0]


def test_message_that_was_cut_short_is_left_out_and_the_next_is_read(folder, caplog):
    (folder / "queue" / f"0_empty.{folder.name}.msg").touch()
    (folder / "queue" / f"0_half.{folder.name}.msg").write_text('{"body": "')
    with connect(folder) as connection, connection.SimpleQueue(folder.name) as queue:
        queue.put({"number": 7})

    assert received(folder, 1) == [7]
    assert caplog.text.count("cut short") == 2


def test_control_kombus_own_ends_on_a_message_that_was_cut_short(folder):
    (folder / "queue" / f"0_empty.{folder.name}.msg").touch()
    connection = Connection("filesystem://", transport_options=folders(folder))
    connection.transport_cls = filesystem.Transport

    with connection, connection.SimpleQueue(folder.name) as queue, pytest.raises(ValueError, match="Expecting value"):
        queue.get_nowait()


def test_table_of_queues_is_written_anew_where_it_was_cut_short(folder):
    (folder / "control").mkdir()
    (folder / "control" / "routes.exchange").touch()

    with connect(folder) as connection:
        channel = connection.channel()
        channel.queue_declare(queue=folder.name)
        channel.exchange_declare(exchange="routes", type="direct")
        channel.queue_bind(queue=folder.name, exchange="routes", routing_key=folder.name)

        assert channel.get_table("routes") == [file_broker.Binding(folder.name, "", folder.name)]

//! Kinesis: records of bytes with a partition key, in batches, each delivered at least once.

use std::collections::VecDeque;
use std::time::Duration;

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{PutRecordsRequestEntry, Record, ShardIteratorType};
use bytes::Bytes;
use glassine::{Channel, Origin, Traced};
use tokio::time::sleep;

use crate::error::Error;
use crate::kinesis_server::Kinesalite;
use crate::link::Link;
use crate::server::{Server, until_it_works};

pub const STREAM: &str = "orders";
/// Chooses the shard, and counts as a part of the record.
pub const KEY: &str = "customer 7";
/// Of a record's 1 MiB, what the key leaves. A stream may be set to take more.
pub const LIMIT: usize = (1 << 20) - KEY.len();

pub struct Kinesis {
    server: Server<Kinesalite>,
    pub client: Client,
    /// Where the next records are asked for.
    iterator: Option<String>,
    fetched: VecDeque<Record>,
    /// The last record that was received, and the last that need not come again.
    received: Option<String>,
    checkpoint: Option<String>,
}

impl Kinesis {
    async fn connect(server: Server<Kinesalite>, from: Option<String>) -> Result<Self, Error> {
        let client = server.client();
        let iterator = until_it_works(async || {
            let stream = client.describe_stream().stream_name(STREAM).send().await?;
            let shards = stream.stream_description().map(|stream| stream.shards());
            let shard = shards.and_then(|shards| shards.first()).ok_or("no shard")?;
            let begin = match from {
                Some(_) => ShardIteratorType::AfterSequenceNumber,
                None => ShardIteratorType::TrimHorizon,
            };
            let request =
                client.get_shard_iterator().stream_name(STREAM).shard_iterator_type(begin);
            let request = request.shard_id(shard.shard_id());
            let reply = request.set_starting_sequence_number(from.clone()).send().await?;
            Ok(reply.shard_iterator)
        })
        .await?;
        let (fetched, received, checkpoint) = (VecDeque::new(), from.clone(), from);
        Ok(Self { server, client, iterator, fetched, received, checkpoint })
    }

    /// Puts up to 500 messages as one batch.
    pub async fn put(&mut self, messages: &[Bytes]) -> Result<(), Error> {
        // For one record that is too long, the service refuses the batch.
        if messages.iter().any(|message| message.len() > LIMIT) {
            return Err("a record is too long".into());
        }
        let entry = |message: &Bytes| {
            let data = Blob::new(message.as_ref());
            PutRecordsRequestEntry::builder().partition_key(KEY).data(data).build()
        };
        let entries = messages.iter().map(entry).collect::<Result<_, _>>()?;
        let request = self.client.put_records().stream_name(STREAM).set_records(Some(entries));
        match request.send().await?.failed_record_count() {
            None | Some(0) => Ok(()),
            Some(failed) => Err(format!("{failed} records were not put: put them again").into()),
        }
    }

    /// All that was received is handled, and does not come again.
    pub fn checkpoint(&mut self) {
        self.checkpoint.clone_from(&self.received);
    }

    /// Ends the service and this worker, and begins again behind the checkpoint.
    pub async fn crash(mut self) -> Result<Self, Error> {
        self.server.restart()?;
        Self::connect(self.server, self.checkpoint).await
    }
}

impl Link for Kinesis {
    const NAME: &'static str = "Kinesis";
    const LIMIT: Option<usize> = Some(LIMIT);
    const IS_DURABLE: bool = true;

    async fn open() -> Result<Self, Error> {
        let server = Server::start(Kinesalite)?;
        server.client().create_stream().stream_name(STREAM).shard_count(1).send().await?;
        Self::connect(server, None).await
    }

    async fn send(
        &mut self,
        channel: &Channel,
        origin: &Origin,
        payload: Bytes,
    ) -> Result<(), Error> {
        let message = channel.wrap(origin, payload).into_bytes();
        self.put(&[message]).await
    }

    async fn receive(&mut self, channel: &Channel) -> Result<Traced<Bytes>, Error> {
        loop {
            if let Some(record) = self.fetched.pop_front() {
                self.received = Some(record.sequence_number);
                return Ok(channel.receive(record.data.into_inner().into()));
            }
            let iterator = self.iterator.take().ok_or("the shard has ended")?;
            let reply = self.client.get_records().shard_iterator(iterator).send().await?;
            self.iterator = reply.next_shard_iterator;
            self.fetched = reply.records.into();
            if self.fetched.is_empty() {
                sleep(Duration::from_millis(200)).await; // five times a second is what it takes
            }
        }
    }

    async fn restart(mut self) -> Result<Self, Error> {
        self.checkpoint();
        self.crash().await
    }
}

//! MQTT 3.1.1, which has no user properties. Version 5 has: put `traceparent` there.

use std::time::Duration;

use bytes::Bytes;
use glassine::policy::FanOut;
use glassine::{Channel, Origin, Traced};
use rumqttc::{AsyncClient, Event, EventLoop, Incoming, MqttOptions, QoS};
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::error::Error;
use crate::link::Link;
use crate::mqtt_brokers::{Broker, LIMIT};
use crate::server::{Server, until_it_works};

pub struct Mqtt<B: Broker> {
    broker: Server<B>,
    publisher: AsyncClient,
    publishing: AbortHandle,
    subscriber: EventLoop,
    /// Without it the subscription ends.
    _subscription: AsyncClient,
    /// About how many subscribers there are. The example has one.
    pub subscribers: u32,
    /// Stays the same for as long as the subscriber lives: by it, the subscriber is chosen or not.
    pub name: Bytes,
}

impl<B: Broker> Mqtt<B> {
    async fn connect(broker: Server<B>) -> Result<Self, Error> {
        let (publisher, mut events) = AsyncClient::new(options("publisher", &broker), 8);
        let publishing = tokio::spawn(async move {
            loop {
                if events.poll().await.is_err() {
                    sleep(Duration::from_millis(20)).await; // and connect again
                }
            }
        });
        let (subscription, subscriber) = until_it_works(async || {
            let (client, mut events) = AsyncClient::new(options("subscriber", &broker), 8);
            client.subscribe("orders", QoS::AtLeastOnce).await?;
            while !matches!(events.poll().await?, Event::Incoming(Incoming::SubAck(_))) {}
            Ok((client, events))
        })
        .await?;
        Ok(Self {
            broker,
            publisher,
            publishing: publishing.abort_handle(),
            subscriber,
            _subscription: subscription,
            subscribers: 1,
            name: Bytes::from_static(b"lamp 7"),
        })
    }
}

fn options<B: Broker>(name: &str, broker: &Server<B>) -> MqttOptions {
    let mut options = MqttOptions::new(name, "127.0.0.1", broker.port());
    // Of its own accord the client sends and takes no packet of more than 10 KiB.
    options.set_max_packet_size(1 << 20, 1 << 20);
    options
}

impl<B: Broker> Link for Mqtt<B> {
    const NAME: &'static str = B::NAME;
    const LIMIT: Option<usize> = Some(LIMIT);

    async fn open() -> Result<Self, Error> {
        Self::connect(Server::start(B::default())?).await
    }

    async fn send(
        &mut self,
        channel: &Channel,
        origin: &Origin,
        payload: Bytes,
    ) -> Result<(), Error> {
        let wrapper = channel.wrapper_for_many(origin, self.subscribers, FanOut::DEFAULT);
        let message = wrapper.wrap(payload).into_bytes();
        Ok(self.publisher.publish_bytes("orders", QoS::AtLeastOnce, false, message).await?)
    }

    async fn receive(&mut self, channel: &Channel) -> Result<Traced<Bytes>, Error> {
        loop {
            if let Event::Incoming(Incoming::Publish(publish)) = self.subscriber.poll().await? {
                return Ok(channel.receiver().with_name(&self.name).receive(publish.payload));
            }
        }
    }

    fn log(&self) -> String {
        self.broker.log()
    }

    async fn restart(self) -> Result<Self, Error> {
        self.publishing.abort();
        let mut broker = self.broker;
        broker.restart()?;
        Self::connect(broker).await
    }
}

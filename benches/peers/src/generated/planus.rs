pub use root::*;

const _: () = ::planus::check_version_compatibility("planus-1.3.0");

/// The root namespace
///
/// Generated from these locations:
/// * File `envelope.fbs`
#[no_implicit_prelude]
#[allow(clippy::needless_lifetimes)]
mod root {
    /// The namespace `envelope`
    ///
    /// Generated from these locations:
    /// * File `envelope.fbs`
    pub mod envelope {
        /// The struct `Ids` in the namespace `envelope`
        ///
        /// Generated from these locations:
        /// * Struct `Ids` in the file `envelope.fbs:3`
        #[derive(Copy, Clone, Debug, PartialEq, PartialOrd, Eq, Ord, Hash, Default)]
        pub struct Ids {
            /// The field `trace_id_high` in the struct `Ids`
            pub trace_id_high: u64,

            /// The field `trace_id_low` in the struct `Ids`
            pub trace_id_low: u64,

            /// The field `span_id` in the struct `Ids`
            pub span_id: u64,

            /// The field `flags` in the struct `Ids`
            pub flags: u8,
        }

        /// # Safety
        /// The Planus compiler correctly calculates `ALIGNMENT` and `SIZE`.
        unsafe impl ::planus::Primitive for Ids {
            const ALIGNMENT: usize = 8;
            const SIZE: usize = 32;
        }

        #[allow(clippy::identity_op)]
        impl ::planus::WriteAsPrimitive<Ids> for Ids {
            #[inline]
            fn write<const N: usize>(&self, cursor: ::planus::Cursor<'_, N>, buffer_position: u32) {
                let (cur, cursor) = cursor.split::<8, 24>();
                self.trace_id_high.write(cur, buffer_position - 0);
                let (cur, cursor) = cursor.split::<8, 16>();
                self.trace_id_low.write(cur, buffer_position - 8);
                let (cur, cursor) = cursor.split::<8, 8>();
                self.span_id.write(cur, buffer_position - 16);
                let (cur, cursor) = cursor.split::<1, 7>();
                self.flags.write(cur, buffer_position - 24);
                let cursor = cursor.write::<7, 0>([0; 7]);
                cursor.finish([]);
            }
        }

        impl ::planus::WriteAsOffset<Ids> for Ids {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Ids> {
                unsafe {
                    builder.write_with(32, 7, |buffer_position, bytes| {
                        let bytes = bytes.as_mut_ptr();

                        ::planus::WriteAsPrimitive::write(
                            self,
                            ::planus::Cursor::new(
                                &mut *(bytes as *mut [::core::mem::MaybeUninit<u8>; 32]),
                            ),
                            buffer_position,
                        );
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<Ids> for Ids {
            type Prepared = Self;
            #[inline]
            fn prepare(&self, _builder: &mut ::planus::Builder) -> Self {
                *self
            }
        }

        impl ::planus::WriteAsOptional<Ids> for Ids {
            type Prepared = Self;
            #[inline]
            fn prepare(&self, _builder: &mut ::planus::Builder) -> ::core::option::Option<Self> {
                ::core::option::Option::Some(*self)
            }
        }

        /// Reference to a deserialized [Ids].
        #[derive(Copy, Clone)]
        pub struct IdsRef<'a>(::planus::ArrayWithStartOffset<'a, 32>);

        impl<'a> IdsRef<'a> {
            /// Getter for the [`trace_id_high` field](Ids#structfield.trace_id_high).
            pub fn trace_id_high(&self) -> u64 {
                let buffer = self.0.advance_as_array::<8>(0).unwrap();

                u64::from_le_bytes(*buffer.as_array())
            }

            /// Getter for the [`trace_id_low` field](Ids#structfield.trace_id_low).
            pub fn trace_id_low(&self) -> u64 {
                let buffer = self.0.advance_as_array::<8>(8).unwrap();

                u64::from_le_bytes(*buffer.as_array())
            }

            /// Getter for the [`span_id` field](Ids#structfield.span_id).
            pub fn span_id(&self) -> u64 {
                let buffer = self.0.advance_as_array::<8>(16).unwrap();

                u64::from_le_bytes(*buffer.as_array())
            }

            /// Getter for the [`flags` field](Ids#structfield.flags).
            pub fn flags(&self) -> u8 {
                let buffer = self.0.advance_as_array::<1>(24).unwrap();

                u8::from_le_bytes(*buffer.as_array())
            }
        }

        impl<'a> ::core::fmt::Debug for IdsRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("IdsRef");
                f.field("trace_id_high", &self.trace_id_high());
                f.field("trace_id_low", &self.trace_id_low());
                f.field("span_id", &self.span_id());
                f.field("flags", &self.flags());
                f.finish()
            }
        }

        impl<'a> ::core::convert::From<::planus::ArrayWithStartOffset<'a, 32>> for IdsRef<'a> {
            fn from(array: ::planus::ArrayWithStartOffset<'a, 32>) -> Self {
                Self(array)
            }
        }

        impl<'a> ::core::convert::From<IdsRef<'a>> for Ids {
            #[allow(unreachable_code)]
            fn from(value: IdsRef<'a>) -> Self {
                Self {
                    trace_id_high: value.trace_id_high(),
                    trace_id_low: value.trace_id_low(),
                    span_id: value.span_id(),
                    flags: value.flags(),
                }
            }
        }

        impl<'a, 'b> ::core::cmp::PartialEq<IdsRef<'a>> for IdsRef<'b> {
            fn eq(&self, other: &IdsRef<'_>) -> bool {
                self.trace_id_high() == other.trace_id_high()
                    && self.trace_id_low() == other.trace_id_low()
                    && self.span_id() == other.span_id()
                    && self.flags() == other.flags()
            }
        }

        impl<'a> ::core::cmp::Eq for IdsRef<'a> {}
        impl<'a, 'b> ::core::cmp::PartialOrd<IdsRef<'a>> for IdsRef<'b> {
            fn partial_cmp(
                &self,
                other: &IdsRef<'_>,
            ) -> ::core::option::Option<::core::cmp::Ordering> {
                ::core::option::Option::Some(::core::cmp::Ord::cmp(self, other))
            }
        }

        impl<'a> ::core::cmp::Ord for IdsRef<'a> {
            fn cmp(&self, other: &IdsRef<'_>) -> ::core::cmp::Ordering {
                self.trace_id_high()
                    .cmp(&other.trace_id_high())
                    .then_with(|| self.trace_id_low().cmp(&other.trace_id_low()))
                    .then_with(|| self.span_id().cmp(&other.span_id()))
                    .then_with(|| self.flags().cmp(&other.flags()))
            }
        }

        impl<'a> ::core::hash::Hash for IdsRef<'a> {
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                self.trace_id_high().hash(state);
                self.trace_id_low().hash(state);
                self.span_id().hash(state);
                self.flags().hash(state);
            }
        }

        impl<'a> ::planus::TableRead<'a> for IdsRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                let buffer = buffer.advance_as_array::<32>(offset)?;
                ::core::result::Result::Ok(Self(buffer))
            }
        }

        impl<'a> ::planus::VectorRead<'a> for IdsRef<'a> {
            const STRIDE: usize = 32;

            #[inline]
            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> Self {
                Self(unsafe { buffer.unchecked_advance_as_array(offset) })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<Ids> for Ids {
            const STRIDE: usize = 32;

            type Value = Ids;

            #[inline]
            fn prepare(&self, _builder: &mut ::planus::Builder) -> Self::Value {
                *self
            }

            #[inline]
            unsafe fn write_values(
                values: &[Ids],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 32];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (32 * i) as u32,
                    );
                }
            }
        }

        /// The table `Envelope` in the namespace `envelope`
        ///
        /// Generated from these locations:
        /// * Table `Envelope` in the file `envelope.fbs:10`
        #[derive(Clone, Debug, PartialEq, PartialOrd, Eq, Ord, Hash)]
        pub struct Envelope {
            /// The field `context` in the table `Envelope`
            pub context: ::core::option::Option<self::Ids>,
            /// The field `tracestate` in the table `Envelope`
            pub tracestate: ::core::option::Option<::planus::alloc::string::String>,
            /// The field `baggage` in the table `Envelope`
            pub baggage: ::core::option::Option<::planus::alloc::string::String>,
            /// The field `payload` in the table `Envelope`
            pub payload: ::core::option::Option<::planus::alloc::vec::Vec<u8>>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for Envelope {
            fn default() -> Self {
                Self {
                    context: ::core::default::Default::default(),
                    tracestate: ::core::default::Default::default(),
                    baggage: ::core::default::Default::default(),
                    payload: ::core::default::Default::default(),
                }
            }
        }

        impl Envelope {
            /// Creates a [EnvelopeBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> EnvelopeBuilder<()> {
                EnvelopeBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_context: impl ::planus::WriteAsOptional<self::Ids>,
                field_tracestate: impl ::planus::WriteAsOptional<
                    ::planus::Offset<::core::primitive::str>,
                >,
                field_baggage: impl ::planus::WriteAsOptional<::planus::Offset<str>>,
                field_payload: impl ::planus::WriteAsOptional<::planus::Offset<[u8]>>,
            ) -> ::planus::Offset<Self> {
                let prepared_context = field_context.prepare(builder);
                let prepared_tracestate = field_tracestate.prepare(builder);
                let prepared_baggage = field_baggage.prepare(builder);
                let prepared_payload = field_payload.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<12> =
                    ::core::default::Default::default();
                if prepared_context.is_some() {
                    table_writer.write_entry::<self::Ids>(0);
                }
                if prepared_tracestate.is_some() {
                    table_writer.write_entry::<::planus::Offset<str>>(1);
                }
                if prepared_baggage.is_some() {
                    table_writer.write_entry::<::planus::Offset<str>>(2);
                }
                if prepared_payload.is_some() {
                    table_writer.write_entry::<::planus::Offset<[u8]>>(3);
                }

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        if let ::core::option::Option::Some(prepared_context) = prepared_context {
                            object_writer.write::<_, _, 32>(&prepared_context);
                        }
                        if let ::core::option::Option::Some(prepared_tracestate) =
                            prepared_tracestate
                        {
                            object_writer.write::<_, _, 4>(&prepared_tracestate);
                        }
                        if let ::core::option::Option::Some(prepared_baggage) = prepared_baggage {
                            object_writer.write::<_, _, 4>(&prepared_baggage);
                        }
                        if let ::core::option::Option::Some(prepared_payload) = prepared_payload {
                            object_writer.write::<_, _, 4>(&prepared_payload);
                        }
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<Envelope>> for Envelope {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Envelope> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<Envelope>> for Envelope {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Envelope>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<Envelope> for Envelope {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Envelope> {
                Envelope::create(
                    builder,
                    self.context,
                    &self.tracestate,
                    &self.baggage,
                    &self.payload,
                )
            }
        }

        /// Builder for serializing an instance of the [Envelope] type.
        ///
        /// Can be created using the [Envelope::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct EnvelopeBuilder<State>(State);

        impl EnvelopeBuilder<()> {
            /// Setter for the [`context` field](Envelope#structfield.context).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn context<T0>(self, value: T0) -> EnvelopeBuilder<(T0,)>
            where
                T0: ::planus::WriteAsOptional<self::Ids>,
            {
                EnvelopeBuilder((value,))
            }

            /// Sets the [`context` field](Envelope#structfield.context) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn context_as_null(self) -> EnvelopeBuilder<((),)> {
                self.context(())
            }
        }

        impl<T0> EnvelopeBuilder<(T0,)> {
            /// Setter for the [`tracestate` field](Envelope#structfield.tracestate).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn tracestate<T1>(self, value: T1) -> EnvelopeBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            {
                let (v0,) = self.0;
                EnvelopeBuilder((v0, value))
            }

            /// Sets the [`tracestate` field](Envelope#structfield.tracestate) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn tracestate_as_null(self) -> EnvelopeBuilder<(T0, ())> {
                self.tracestate(())
            }
        }

        impl<T0, T1> EnvelopeBuilder<(T0, T1)> {
            /// Setter for the [`baggage` field](Envelope#structfield.baggage).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn baggage<T2>(self, value: T2) -> EnvelopeBuilder<(T0, T1, T2)>
            where
                T2: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            {
                let (v0, v1) = self.0;
                EnvelopeBuilder((v0, v1, value))
            }

            /// Sets the [`baggage` field](Envelope#structfield.baggage) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn baggage_as_null(self) -> EnvelopeBuilder<(T0, T1, ())> {
                self.baggage(())
            }
        }

        impl<T0, T1, T2> EnvelopeBuilder<(T0, T1, T2)> {
            /// Setter for the [`payload` field](Envelope#structfield.payload).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn payload<T3>(self, value: T3) -> EnvelopeBuilder<(T0, T1, T2, T3)>
            where
                T3: ::planus::WriteAsOptional<::planus::Offset<[u8]>>,
            {
                let (v0, v1, v2) = self.0;
                EnvelopeBuilder((v0, v1, v2, value))
            }

            /// Sets the [`payload` field](Envelope#structfield.payload) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn payload_as_null(self) -> EnvelopeBuilder<(T0, T1, T2, ())> {
                self.payload(())
            }
        }

        impl<T0, T1, T2, T3> EnvelopeBuilder<(T0, T1, T2, T3)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized
            /// [Envelope].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<Envelope>
            where
                Self: ::planus::WriteAsOffset<Envelope>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
            T0: ::planus::WriteAsOptional<self::Ids>,
            T1: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            T2: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            T3: ::planus::WriteAsOptional<::planus::Offset<[u8]>>,
        > ::planus::WriteAs<::planus::Offset<Envelope>> for EnvelopeBuilder<(T0, T1, T2, T3)>
        {
            type Prepared = ::planus::Offset<Envelope>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Envelope> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
            T0: ::planus::WriteAsOptional<self::Ids>,
            T1: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            T2: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            T3: ::planus::WriteAsOptional<::planus::Offset<[u8]>>,
        > ::planus::WriteAsOptional<::planus::Offset<Envelope>>
            for EnvelopeBuilder<(T0, T1, T2, T3)>
        {
            type Prepared = ::planus::Offset<Envelope>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Envelope>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
            T0: ::planus::WriteAsOptional<self::Ids>,
            T1: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            T2: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            T3: ::planus::WriteAsOptional<::planus::Offset<[u8]>>,
        > ::planus::WriteAsOffset<Envelope> for EnvelopeBuilder<(T0, T1, T2, T3)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Envelope> {
                let (v0, v1, v2, v3) = &self.0;
                Envelope::create(builder, v0, v1, v2, v3)
            }
        }

        /// Reference to a deserialized [Envelope].
        #[derive(Copy, Clone)]
        pub struct EnvelopeRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> EnvelopeRef<'a> {
            /// Getter for the [`context` field](Envelope#structfield.context).
            #[inline]
            pub fn context(&self) -> ::planus::Result<::core::option::Option<self::IdsRef<'a>>> {
                self.0.access(0, "Envelope", "context")
            }

            /// Getter for the [`tracestate` field](Envelope#structfield.tracestate).
            #[inline]
            pub fn tracestate(
                &self,
            ) -> ::planus::Result<::core::option::Option<&'a ::core::primitive::str>> {
                self.0.access(1, "Envelope", "tracestate")
            }

            /// Getter for the [`baggage` field](Envelope#structfield.baggage).
            #[inline]
            pub fn baggage(
                &self,
            ) -> ::planus::Result<::core::option::Option<&'a ::core::primitive::str>> {
                self.0.access(2, "Envelope", "baggage")
            }

            /// Getter for the [`payload` field](Envelope#structfield.payload).
            #[inline]
            pub fn payload(&self) -> ::planus::Result<::core::option::Option<&'a [u8]>> {
                self.0.access(3, "Envelope", "payload")
            }
        }

        impl<'a> ::core::fmt::Debug for EnvelopeRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("EnvelopeRef");
                if let ::core::option::Option::Some(field_context) = self.context().transpose() {
                    f.field("context", &field_context);
                }
                if let ::core::option::Option::Some(field_tracestate) =
                    self.tracestate().transpose()
                {
                    f.field("tracestate", &field_tracestate);
                }
                if let ::core::option::Option::Some(field_baggage) = self.baggage().transpose() {
                    f.field("baggage", &field_baggage);
                }
                if let ::core::option::Option::Some(field_payload) = self.payload().transpose() {
                    f.field("payload", &field_payload);
                }
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<EnvelopeRef<'a>> for Envelope {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: EnvelopeRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    context: value.context()?.map(::core::convert::Into::into),
                    tracestate: value.tracestate()?.map(::core::convert::Into::into),
                    baggage: value.baggage()?.map(::core::convert::Into::into),
                    payload: value.payload()?.map(|v| v.to_vec()),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for EnvelopeRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for EnvelopeRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[EnvelopeRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<Envelope>> for Envelope {
            type Value = ::planus::Offset<Envelope>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<Envelope>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for EnvelopeRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[EnvelopeRef]", "read_as_root", 0)
                })
            }
        }
    }
}

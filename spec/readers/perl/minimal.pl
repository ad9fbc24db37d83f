#!/usr/bin/env perl
# A minimal reader, from the first page of ../../glassine.md alone: glassine conform --profile minimal -- perl minimal.pl
use strict;
use warnings;
use JSON::PP;

sub reading {
    my ($m, $cap) = @_;
    my %bare = (verdict => 'bare', payload => $m, sampled => 0);
    return %bare unless $m =~ /^\x9E[\x01-\x04\x06-\x08]\xC1\xDE/s;
    my %damaged = (%bare, verdict => 'damaged');
    return %damaged if length $m < 8;
    my ($version, $flags, $shape, $n) = unpack 'xCxxCCn', $m;
    my ($decided, $ids) = ($shape & 1, $shape & 2);
    return %damaged if $shape & 0xF0 or $flags && !$decided or length $m < 8 + $n;
    return %damaged if $version == 1 && ($shape & 0x0C or $ids && !$decided or $flags & 1 && !$ids or $ids && $n < 24);
    my %known = (payload => substr($m, 8 + $n), sampled => $flags & 1);
    @known{'decision', 'flags'} = ($flags & 1 ? 'sampled' : 'unsampled', $flags) if $decided;
    return (%known, verdict => 'unknown_version') if $version != 1;
    return (%known, verdict => 'enveloped') if $n > $cap or !$ids;
    my ($trace, $span) = unpack 'x8a16a8', $m;
    return (%known, verdict => 'enveloped', decision => undef, flags => undef) if $trace !~ /[^\0]/ or $span !~ /[^\0]/;
    return (%known, verdict => 'enveloped', trace_id => unpack('H*', $trace), span_id => unpack('H*', $span));
}

$| = 1;
my $json = JSON::PP->new->canonical;
while (my $asked = <STDIN>) {
    my $question = decode_json $asked;
    print qq({"unsupported":true}\n) and next if $question->{ask} ne 'read' or $question->{form} ne 'binary';
    my %r = reading(pack('H*', $question->{message}), $question->{cap} // 16384);
    my %answer = map { $_ => $r{$_} } qw(verdict decision trace_id span_id);
    @answer{'payload', 'sampled'} = (unpack('H*', $r{payload}), $r{sampled} ? JSON::PP::true : JSON::PP::false);
    print $json->encode({%answer, trace_flags => defined $r{flags} ? sprintf('%02x', $r{flags}) : undef}), "\n";
}

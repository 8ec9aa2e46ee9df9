# Debian's Mastodon::Client, with entities coerced: a value of a wrong type makes an entity of another kind, or none.
# URL, TOKEN, OTHER (the id of an account), PICTURE come by the environment. Its own log-in asks at an address no Mastodon has.
use v5.36;
use HTTP::Tiny;
use Mastodon::Client;
use Mastodon::Listener;
use Test::More;

my $client = Mastodon::Client->new(
    instance => $ENV{URL}, name => 'Perl', access_token => $ENV{TOKEN}, coerce_entities => 1, scopes => [qw(read write follow)],
);

# Its own makes a request that its HTTP library cannot send.
sub delete_status($id) {
    my $http = HTTP::Tiny->new(default_headers => { Authorization => "Bearer $ENV{TOKEN}" });
    die 'not deleted' unless $http->delete("$ENV{URL}/api/v1/statuses/$id")->{success};
}

sub entity($got, $kind, $about) {
    is(ref $got, "Mastodon::Entity::$kind", $about);
    return $got;
}

my $app = Mastodon::Client->new(instance => $ENV{URL}, name => 'Perl', scopes => [qw(read write follow)]);
$app->register;
ok($app->client_id && $app->client_secret, 'an app is registered');

my $me = entity($client->get_account, 'Account', 'verify_credentials');
is($me->acct, 'alice', 'it is alice');
ok($me->created_at->year >= 2026 && $me->avatar->scheme eq 'http', 'dates and addresses are what they should be');

my $media = entity($client->upload_media($ENV{PICTURE}, { description => 'green', focus => [0.5, 0.5] }), 'Attachment', 'an upload');
my $said = entity($client->post_status('Hello from Perl #perl', {
    visibility => 'unlisted', spoiler_text => 'hm', media_ids => [$media->id],
}), 'Status', 'a status');
is_deeply([$said->visibility, $said->spoiler_text, scalar @{ $said->media_attachments }], ['unlisted', 'hm', 1], 'with all that was said');
is(ref $said->media_attachments->[0], 'Mastodon::Entity::Attachment', 'its attachment, too');
is($said->tags->[0]->name, 'perl', 'and its tag');
entity($client->get_status($said->id), 'Status', 'read again');
entity($client->get('statuses/' . $said->id . '/context'), 'Context', 'its context');
# The methods for these exist in its manual only.
for my $action (qw(favourite unfavourite)) {
    entity($client->post('statuses/' . $said->id . "/$action"), 'Status', $action);
}

my $reply = entity($client->post_status('and more', { in_reply_to_id => $said->id }), 'Status', 'a reply');
is($reply->in_reply_to_id, $said->id, 'to what was said');

my $public = entity($client->post_status('in public'), 'Status', 'a public one');
entity($client->reblog_status($public->id), 'Status', 'a boost');
entity($client->post('statuses/' . $public->id . '/unreblog'), 'Status', 'taken back');
for my $timeline ('home', 'public', 'tag/perl') {
    my $list = $client->timeline($timeline);
    entity($_, 'Status', "in the timeline $timeline") for @$list;
}
my @page = @{ $client->timeline('home', { limit => 1 }) };
is($page[0]->id, $public->id, 'a page of one: the newest');
is($client->timeline('home', { limit => 1, max_id => $page[0]->id })->[0]->id, $reply->id, 'and the one before');

entity($client->get_account($ENV{OTHER}), 'Account', 'somebody else');
for my $action (qw(follow mute unmute block unblock follow unfollow)) {
    entity($client->post("accounts/$ENV{OTHER}/$action"), 'Relationship', $action);
}
entity($client->relationships($ENV{OTHER})->[0], 'Relationship', 'a relationship');
$client->post("accounts/$ENV{OTHER}/follow");
entity($_, 'Account', 'one followed') for @{ $client->following };
entity($_, 'Account', 'one found') for @{ $client->search_accounts('bob') };
entity($client->update_account(display_name => 'Alice in Perl', avatar => $ENV{PICTURE}), 'Account', 'a changed account');
is($client->get_account->display_name, 'Alice in Perl', 'has its new name');
is_deeply($client->$_, [], "no $_") for qw(mutes blocks favourites follow_requests);
is(ref $client->report(account_id => $ENV{OTHER}, comment => 'loud'), 'Mastodon::Entity::Report', 'a report');

# These the library cannot coerce, whatever it is told: it wants objects where JSON has none.
$client->coerce_entities(0);
is(ref $client->notifications, 'ARRAY', 'notifications');
is_deeply([map { $_->{acct} } @{ $client->search('bob')->{accounts} }], ['bob'], 'a search, of version 1');

my $listener = Mastodon::Listener->new(url => "$ENV{URL}/api/v1/streaming/user", access_token => $ENV{TOKEN}, coerce_entities => 1);
my %heard;
$listener->on(heartbeat => sub { $client->post_status('over the stream') unless $heard{asked}++ });
$listener->on(update => sub ($, $status) { $heard{update} = $status; delete_status($status->id) });
$listener->on(delete => sub ($, $id) { $heard{delete} = $id =~ s/\s//gr; $listener->stop });
$listener->on(error => sub { fail("the stream: @_[1 .. 2]"); $listener->stop });
$listener->start;
entity($heard{update}, 'Status', 'a status of the stream');
is($heard{delete}, $heard{update}->id, 'and its end');

like(eval { $client->get_status(1); 1 } ? '' : $@, qr/404/, 'what is not there is an error');
delete_status($said->id);
like(eval { $client->get_status($said->id); 1 } ? '' : $@, qr/404/, 'and what is deleted, too');
done_testing;

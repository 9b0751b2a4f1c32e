<?php
/** Runs the plug-in's one call without WordPress: what it would send, as id, time, signature and body, line by line. */

define( 'ABSPATH', __DIR__ );
define( 'SCOPENOTE_WEBHOOK_URL', 'https://scopenote.example.org/webhooks/blog' );
define( 'SCOPENOTE_WEBHOOK_SECRET', $argv[2] );

function add_action() {}
function get_option( $name, $default ) {
	return $default;
}
function is_wp_error( $answer ) {
	return false;
}
function wp_remote_retrieve_response_code( $answer ) {
	return 202;
}
function wp_remote_post( $url, $call ) {
	$headers = $call['headers'];
	echo implode( "\n", array( $headers['webhook-id'], $headers['webhook-timestamp'], $headers['webhook-signature'], $call['body'] ) );
	return array();
}

require $argv[1];
scopenote_post( array( 'name' => 'msg_1', 'body' => '{"type":"post.published","data":{"title":"Brötchen"}}', 'tries' => 0 ) );

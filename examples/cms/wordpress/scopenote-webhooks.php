<?php
/**
 * Plugin Name: Scopenote webhooks
 * Description: Tells Scopenote of each post that is published, updated or taken back, as a signed webhook.
 * Version: 1.0
 * Requires at least: 5.7
 * Requires PHP: 7.4
 * License: MIT
 *
 * A must-use plug-in: copy this file to wp-content/mu-plugins/. The README beside it says how to set it up.
 *
 * What is to be sent is kept as an option of its own, under a name that begins with the moment at which it is due, and
 * WP-Cron sends it. So no editor waits for it, and what a crash or a lost cron event leaves behind is found an hour
 * later at most.
 */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

const SCOPENOTE_OUTBOX  = 'scopenote_outbox_';
const SCOPENOTE_WAITS_S = array( 10, 60, 600, 3600, 21600 ); // Before each further try.
const SCOPENOTE_RUN_S   = 20;  // How long one run sends; the rest is left to the next.
const SCOPENOTE_LISTED  = 100;

add_action( 'wp_after_insert_post', 'scopenote_notice_save', 10, 4 ); // By then terms and fields are stored as well.
add_action( 'before_delete_post', 'scopenote_notice_deletion', 10, 2 );
add_action( 'scopenote_send', 'scopenote_send_due' );
add_action( 'scopenote_sweep', 'scopenote_send_due' );
add_action( 'init', 'scopenote_schedule_sweep' );

/** A setting: the constant SCOPENOTE_..., else the option scopenote_..., else ''. */
function scopenote_setting( $name ) {
	$constant = 'SCOPENOTE_' . strtoupper( $name );
	return trim( (string) ( defined( $constant ) ? constant( $constant ) : get_option( 'scopenote_' . $name, '' ) ) );
}

/** Whether a post is of a kind that is told of; SCOPENOTE_POST_TYPES names them with commas. */
function scopenote_is_wanted( $post ) {
	$kinds = array_map( 'trim', explode( ',', scopenote_setting( 'post_types' ) ?: 'post' ) );
	return in_array( $post->post_type, $kinds, true ) && ! wp_is_post_revision( $post ) && ! wp_is_post_autosave( $post );
}

/** After a save: what readers see came, changed or went. Drafts that nobody sees are nobody's business. */
function scopenote_notice_save( $id, $post, $is_update, $before ) {
	$was_seen = $before && 'publish' === $before->post_status;
	if ( ! scopenote_is_wanted( $post ) ) {
		return;
	}
	if ( 'publish' === $post->post_status ) {
		scopenote_tell( $was_seen ? 'post.updated' : 'post.published', $post );
	} elseif ( $was_seen ) {
		scopenote_tell( 'post.unpublished', $post );
	}
}

/** Before a post is deleted for good; one that was in the trash was told of when it went there. */
function scopenote_notice_deletion( $id, $post ) {
	if ( 'publish' === $post->post_status && scopenote_is_wanted( $post ) ) {
		scopenote_tell( 'post.deleted', $post );
	}
}

/** Keep a webhook to be sent. Nothing that goes wrong here may stop the editor's save. */
function scopenote_tell( $happened, $post ) {
	if ( '' === scopenote_setting( 'webhook_url' ) || '' === scopenote_setting( 'webhook_secret' ) ) {
		return;
	}
	$body = wp_json_encode( scopenote_payload( $happened, $post ), JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES );
	if ( false === $body ) {
		error_log( "Scopenote was not told of post {$post->ID}: it cannot be written as JSON." );
		return;
	}
	$name = 'msg_' . str_replace( '-', '', wp_generate_uuid4() );
	scopenote_keep( array( 'name' => $name, 'body' => $body, 'tries' => 0 ), time() );
}

/** What is told of a post. Its text goes along only where everybody may read it. */
function scopenote_payload( $happened, $post ) {
	$is_protected = '' !== $post->post_password;
	$modified     = get_post_datetime( $post, 'modified', 'gmt' );
	$data         = array(
		'id'                 => $post->ID,
		'post_type'          => $post->post_type,
		'title'              => $post->post_title,
		'url'                => get_permalink( $post ),
		'updated_at'         => $modified ? $modified->format( 'c' ) : null,
		'password_protected' => $is_protected,
		// Set where a program wrote, such as Scopenote itself, and null where a person was logged in.
		'by'                 => array( 'app_password' => function_exists( 'rest_get_authenticated_app_password' ) ? rest_get_authenticated_app_password() : null ),
	);
	// There is no language here: an id is one text in one language, also with plug-ins that translate.
	if ( ! $is_protected && 'publish' === $post->post_status && 'post.deleted' !== $happened ) {
		$tags         = get_the_terms( $post, 'post_tag' );
		$data['tags'] = is_array( $tags ) ? array_values( wp_list_pluck( $tags, 'name' ) ) : array();
		$data         = array_merge( $data, scopenote_text( $post ) );
	}
	return array( 'type' => $happened, 'timestamp' => gmdate( 'Y-m-d\TH:i:s\Z' ), 'data' => $data );
}

/** Title and text as readers see them; the text as it is stored, where some block or shortcode cannot be rendered here. */
function scopenote_text( $post ) {
	$former = isset( $GLOBALS['post'] ) ? $GLOBALS['post'] : null;
	$level  = ob_get_level();
	try {
		$GLOBALS['post'] = $post; // What renders looks there.
		setup_postdata( $post );
		ob_start();
		return array(
			'title'        => apply_filters( 'the_title', $post->post_title, $post->ID ),
			'content_html' => apply_filters( 'the_content', $post->post_content ),
		);
	} catch ( Throwable $problem ) {
		error_log( "Post {$post->ID} cannot be rendered for Scopenote: " . $problem->getMessage() );
		return array( 'content_raw' => $post->post_content );
	} finally {
		while ( ob_get_level() > $level ) {
			ob_end_clean(); // What a block printed would spoil the answer to the editor.
		}
		$GLOBALS['post'] = $former;
		if ( $former ) {
			setup_postdata( $former );
		}
	}
}

/** Keep a message until it is due, and have WP-Cron come by then. */
function scopenote_keep( $message, $due ) {
	add_option( sprintf( '%s%010d_%s', SCOPENOTE_OUTBOX, $due, $message['name'] ), $message, '', 'no' );
	// The moment is an argument, or WordPress would take this for the same as another event within ten minutes.
	wp_schedule_single_event( $due, 'scopenote_send', array( $due ) );
	if ( $due <= time() && ! wp_doing_cron() ) {
		spawn_cron();
	}
}

/** Have somebody look once an hour for what was left behind. */
function scopenote_schedule_sweep() {
	if ( ! wp_next_scheduled( 'scopenote_sweep' ) ) {
		wp_schedule_event( time() + HOUR_IN_SECONDS, 'hourly', 'scopenote_sweep' );
	}
}

/** Send what is due, oldest first, for some seconds. */
function scopenote_send_due() {
	global $wpdb;
	$until = time() + SCOPENOTE_RUN_S;
	$names = $wpdb->get_col( $wpdb->prepare( "SELECT option_name FROM {$wpdb->options} WHERE option_name LIKE %s ORDER BY option_name LIMIT %d", $wpdb->esc_like( SCOPENOTE_OUTBOX ) . '%', SCOPENOTE_LISTED ) );
	foreach ( $names as $number => $option ) {
		$due = (int) substr( $option, strlen( SCOPENOTE_OUTBOX ), 10 );
		if ( $due > time() ) {
			return;
		}
		if ( time() >= $until ) {
			break;
		}
		$message = get_option( $option );
		if ( is_array( $message ) ) {
			scopenote_send( $message );
		}
		delete_option( $option ); // Last: what is sent twice has the same name, and is known by it.
	}
	if ( count( $names ) === SCOPENOTE_LISTED || time() >= $until ) {
		wp_schedule_single_event( time() + 1, 'scopenote_send', array( time() + 1 ) );
	}
}

/** Send a message; where it does not arrive, keep it for another try under the same name, or give it up. */
function scopenote_send( $message ) {
	list( $arrived, $problem ) = scopenote_post( $message );
	if ( $arrived ) {
		return;
	}
	$tries = $message['tries'];
	if ( isset( SCOPENOTE_WAITS_S[ $tries ] ) ) {
		$message['tries'] = $tries + 1;
		scopenote_keep( $message, time() + SCOPENOTE_WAITS_S[ $tries ] );
	} else {
		error_log( "Scopenote was not told of a post (webhook {$message['name']}): $problem" );
	}
}

/** One call, signed as Standard Webhooks are: whether it arrived or is wanted no more, and else what was wrong. */
function scopenote_post( $message ) {
	$key = base64_decode( preg_replace( '/^whsec_/', '', scopenote_setting( 'webhook_secret' ) ), true );
	if ( ! $key ) {
		return array( false, 'the secret is not whsec_ and base64' );
	}
	$stamp  = (string) time();
	$digest = hash_hmac( 'sha256', "{$message['name']}.$stamp.{$message['body']}", $key, true );
	$answer = wp_remote_post(
		scopenote_setting( 'webhook_url' ),
		array(
			'timeout'             => 10,
			'redirection'         => 0,
			// WordPress keeps calls from private networks and from unusual ports unless the site's owner allows this one.
			'reject_unsafe_urls'  => '1' !== scopenote_setting( 'allow_private' ),
			'limit_response_size' => 4096,
			'headers'             => array(
				'Content-Type'      => 'application/json; charset=utf-8',
				'webhook-id'        => $message['name'],
				'webhook-timestamp' => $stamp,
				'webhook-signature' => 'v1,' . base64_encode( $digest ),
			),
			'body'                => $message['body'],
		)
	);
	if ( is_wp_error( $answer ) ) {
		return array( false, $answer->get_error_message() );
	}
	$status = (int) wp_remote_retrieve_response_code( $answer );
	return array( intdiv( $status, 100 ) === 2 || 410 === $status, "status $status" );
}

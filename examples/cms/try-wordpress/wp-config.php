<?php
// The settings of a site that is tried for some minutes; the script around it says where things are.
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', getenv( 'TRY_DATABASE' ) );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $name ) {
	define( "{$name}_KEY", hash( 'sha256', getenv( 'TRY_SITE_KEY' ) . $name ) );
	define( "{$name}_SALT", hash( 'sha256', $name . getenv( 'TRY_SITE_KEY' ) ) );
}
define( 'WP_HOME', getenv( 'TRY_SITE' ) );
define( 'WP_SITEURL', getenv( 'TRY_SITE' ) );
define( 'WP_ENVIRONMENT_TYPE', 'local' );            // Application passwords without https.
define( 'WP_HTTP_BLOCK_EXTERNAL', true );            // It looks for no updates.
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1' );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'SCOPENOTE_WEBHOOK_SECRET', getenv( 'TRY_WEBHOOK_SECRET' ) );
define( 'SCOPENOTE_ALLOW_PRIVATE', true );           // Scopenote is on this machine here.

$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';

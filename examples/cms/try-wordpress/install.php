<?php
// Installs the site with an editor, and a user for Scopenote; prints the latter's application password.
$_SERVER['HTTP_HOST'] = parse_url( getenv( 'TRY_SITE' ), PHP_URL_HOST ) . ':' . parse_url( getenv( 'TRY_SITE' ), PHP_URL_PORT );
define( 'WP_INSTALLING', true );
require getenv( 'TRY_SITE_FOLDER' ) . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';

add_filter( 'pre_wp_mail', '__return_true' ); // Nobody is written to.
wp_install( 'Tried', 'admin', 'admin@example.org', true, '', getenv( 'TRY_SITE_KEY' ) );
update_option( 'permalink_structure', '/%postname%/' );
wp_delete_post( 1, true ); // "Hello world!", which nobody published.
wp_insert_user( array( 'user_login' => 'desk', 'user_pass' => getenv( 'TRY_SITE_KEY' ), 'user_email' => 'desk@example.org', 'role' => 'editor' ) );
$ours = wp_insert_user( array( 'user_login' => 'scopenote', 'user_pass' => wp_generate_password(), 'user_email' => 'scopenote@example.org', 'role' => 'editor' ) );
list( $password, $kept ) = WP_Application_Passwords::create_new_application_password( $ours, array( 'name' => 'scopenote' ) );
echo json_encode( array( 'password' => WP_Application_Passwords::chunk_password( $password ), 'uuid' => $kept['uuid'] ) ), "\n";

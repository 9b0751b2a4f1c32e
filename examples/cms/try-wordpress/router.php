<?php
// What a web server's rewriting does: files that are there as they are, all else by WordPress.
$asked = __DIR__ . parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH );
if ( is_file( $asked ) ) {
	return false;
}
if ( __DIR__ !== rtrim( $asked, '/' ) && is_file( rtrim( $asked, '/' ) . '/index.php' ) ) {
	chdir( $asked );
	require rtrim( $asked, '/' ) . '/index.php';
	return;
}
$_SERVER['SCRIPT_NAME'] = '/index.php';
require __DIR__ . '/index.php';

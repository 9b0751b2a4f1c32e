<?php
// Has webhooks sent to the address that is given, or to nobody for an empty one.
require getenv( 'TRY_SITE_FOLDER' ) . '/wp-load.php';
update_option( 'scopenote_webhook_url', $argv[1] );

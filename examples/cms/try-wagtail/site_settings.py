"""Owns what the site that is tried adds to the settings of a new Wagtail site."""

from os import environ  # noqa: TID251 - these are the settings of the site, not of Scopenote

from mysite.settings.base import *  # noqa: F403 - as Wagtail's own template has it
from mysite.settings.base import INSTALLED_APPS as PLAIN_APPS

DEBUG = True
SECRET_KEY = environ["TRY_SITE_KEY"]
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["blog.apps.BlogConfig", "ninja", "wagtail.api.v2", "wagtail.api.v3", *PLAIN_APPS]
ROOT_URLCONF = "mysite.try_urls"
WAGTAILADMIN_BASE_URL = environ["TRY_SITE"]
SCOPENOTE_WEBHOOK_URL = environ.get("TRY_WEBHOOK_URL", "")
SCOPENOTE_WEBHOOK_SECRET = environ.get("TRY_WEBHOOK_SECRET", "")
SCOPENOTE_FIELDS = ["body"]

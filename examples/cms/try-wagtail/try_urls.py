"""Owns the addresses of the site that is tried: the write interface before what a new site has."""

from django.urls import path
from mysite.urls import urlpatterns as plain
from wagtail.api.v3.urls import api

urlpatterns = [path("api/v3/", api.urls), *plain]

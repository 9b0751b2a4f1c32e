"""Owns the one kind of page of the site that is tried: an article with a text in blocks, and tags."""

from django.db import models
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.models import Page


class ArticleTag(TaggedItemBase):
    """A tag of an article."""

    content_object = ParentalKey("blog.ArticlePage", related_name="tagged_items", on_delete=models.CASCADE)


class ArticlePage(Page):
    """An article. The fields after the tags tell Scopenote exactly whether there is a draft, and what changed."""

    body = StreamField([("heading", blocks.CharBlock()), ("paragraph", blocks.RichTextBlock())], blank=True)
    tags = ClusterTaggableManager(through=ArticleTag, blank=True)

    content_panels = (*Page.content_panels, FieldPanel("body"), FieldPanel("tags"))
    api_fields = (
        APIField("body"),
        APIField("tags", writable=True),
        APIField("live"),
        APIField("has_unpublished_changes"),
        APIField("latest_revision_created_at"),
    )

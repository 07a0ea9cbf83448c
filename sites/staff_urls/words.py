from django.urls import path

from sites.staff_views import words

app_name = "words"

urlpatterns = [
    path("", words.word_index, name="word-index"),
    path("<slug:place>/<slug:vocabulary>/", words.word_list, name="word-list"),
    path("<slug:place>/<slug:vocabulary>/add/", words.word_add, name="word-add"),
    path("<slug:place>/<slug:vocabulary>/order/", words.word_order, name="word-order"),
    path("<slug:place>/<slug:vocabulary>/copy/", words.word_copy, name="word-copy"),
    path("<slug:place>/<slug:vocabulary>/<slug:code>/reword/", words.word_reword, name="word-reword"),
    path("<slug:place>/<slug:vocabulary>/<slug:code>/retire/", words.word_retire, name="word-retire"),
    path("<slug:place>/<slug:vocabulary>/<slug:code>/translate/", words.word_translate, name="word-translate"),
]
